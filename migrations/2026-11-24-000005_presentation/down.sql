DROP TABLE legacy_paths, slug_history, menu_items, menus, collection_items, collections, pages;
