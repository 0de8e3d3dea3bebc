-- Where the words stand in the articles of the page: Diesel has no ts_headline over an expression.
-- Private-use characters mark them, so that no text can pass for a mark; tags are taken out of bodies first.
SELECT page.id, page.score,
  ts_headline(c.config, translate(a.title, U&'\E000\E001', ''), asked.query, U&'HighlightAll=true, StartSel=\E000, StopSel=\E001'),
  ts_headline(c.config, translate(coalesce(a.standfirst, ''), U&'\E000\E001', ''), asked.query, U&'HighlightAll=true, StartSel=\E000, StopSel=\E001'),
  ts_headline(c.config, regexp_replace(translate(left(a.body, 30000), U&'\E000\E001', ''), '<[^>]*>?', ' ', 'g'), asked.query,
    U&'MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=" … ", StartSel=\E000, StopSel=\E001')
FROM page CROSS JOIN asked JOIN articles a ON a.id = page.id CROSS JOIN LATERAL (SELECT search_config(a.language) AS config) AS c
ORDER BY page.score DESC, page.id DESC
