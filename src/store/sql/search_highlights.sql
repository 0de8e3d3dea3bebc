-- Where the words stand, for the hits of one page only: ts_headline reads the whole text. The markers are of the private use area, which no text of ours needs.
SELECT a.id,
  ts_headline(search_config(a.language), a.title, $1::tsquery, $3) AS title,
  ts_headline(search_config(a.language), coalesce(a.standfirst, ''), $1::tsquery, $3) AS standfirst,
  ts_headline(search_config(a.language), regexp_replace(left(a.body, 50000), '<[^>]*>', ' ', 'g'), $1::tsquery, $4) AS body
FROM articles a
WHERE a.id = ANY($2)
