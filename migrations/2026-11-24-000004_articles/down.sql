DROP TABLE listing_counts, article_listings, article_revisions, related_picks, corrections, article_sources, article_media, bylines, article_tags, article_sections, articles;
DROP FUNCTION count_added_listings;
DROP FUNCTION count_removed_listings;
