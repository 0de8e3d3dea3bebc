//! The protocol; has never heard of an article.
