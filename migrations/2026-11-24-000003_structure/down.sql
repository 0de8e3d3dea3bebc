DROP TABLE site, sources, authors, tags, sections, media;
