-- Sitemaps have a file a month. Short enough to be inlined, so that the index on it is used.
CREATE FUNCTION month_of(at timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date
$$;
CREATE INDEX articles_month_idx ON articles (month_of(published_at), updated_at DESC) WHERE withdrawn_at IS NULL;
COMMENT ON INDEX articles_month_idx IS 'When a month last changed, by one look.';

CREATE TABLE published_months (
  month date PRIMARY KEY,
  articles bigint NOT NULL
);
COMMENT ON TABLE published_months IS 'How many articles have their date in each month (UTC), the scheduled included: kept by trigger, so that nobody counts.';

-- In the order of the key, and before any counter of lists, so that two writers never wait for each other crosswise.
CREATE FUNCTION count_published_months() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO published_months (month, articles)
    SELECT month_of(published_at), count(*) FROM added WHERE published_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1 ORDER BY 1
    ON CONFLICT (month) DO UPDATE SET articles = published_months.articles + excluded.articles;
  ELSE
    INSERT INTO published_months (month, articles)
    SELECT month, sum(number) FROM (
      SELECT month_of(published_at) AS month, 1 AS number FROM added WHERE published_at IS NOT NULL AND withdrawn_at IS NULL
      UNION ALL
      SELECT month_of(published_at), -1 FROM removed WHERE published_at IS NOT NULL AND withdrawn_at IS NULL
    ) AS moved
    GROUP BY month HAVING sum(number) <> 0 ORDER BY month
    ON CONFLICT (month) DO UPDATE SET articles = published_months.articles + excluded.articles;
  END IF;
  RETURN NULL;
END $$;
-- A row at a time: the counters of lists are taken by what follows a deletion.
CREATE FUNCTION uncount_published_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE published_months SET articles = articles - 1
  WHERE month = month_of(OLD.published_at) AND OLD.withdrawn_at IS NULL;
  RETURN OLD;
END $$;
CREATE TRIGGER articles_month_added AFTER INSERT ON articles
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_published_months();
CREATE TRIGGER articles_month_moved AFTER UPDATE ON articles
  REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_published_months();
CREATE TRIGGER articles_month_removed BEFORE DELETE ON articles
  FOR EACH ROW EXECUTE FUNCTION uncount_published_month();
INSERT INTO published_months (month, articles)
SELECT month_of(published_at), count(*) FROM articles WHERE published_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY 1;

-- What feeds tell of what is gone, among all the changes that an import leaves.
CREATE INDEX changes_withdrawn_idx ON changes (occurred_at) WHERE resource = 'article' AND action IN ('withdrawn', 'deleted');
