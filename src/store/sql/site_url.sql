-- The base of every link to a reader's page; planned once a statement, whatever the number of rows.
(SELECT url FROM site)
