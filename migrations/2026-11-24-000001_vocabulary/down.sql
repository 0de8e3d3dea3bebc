DROP FUNCTION is_visible;
DROP FUNCTION search_config;
DROP TYPE change_action, resource_kind, user_role, source_rights, source_kind, media_kind, byline_role, author_kind, article_status, article_kind;
