-- When what readers see last changed, by a write or by an article's time coming; planned once a statement.
(SELECT greatest(
  (SELECT max(occurred_at) FROM changes),
  (SELECT a.published_at FROM articles a WHERE is_visible(a.published_at, a.withdrawn_at) ORDER BY a.published_at DESC, a.id DESC LIMIT 1)))
