DROP INDEX changes_withdrawn_idx;
DROP TRIGGER articles_month_removed ON articles;
DROP TRIGGER articles_month_moved ON articles;
DROP TRIGGER articles_month_added ON articles;
DROP FUNCTION uncount_published_month;
DROP FUNCTION count_published_months;
DROP TABLE published_months;
DROP INDEX articles_month_idx;
DROP FUNCTION month_of;
