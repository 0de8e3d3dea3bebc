//! The words and rules of news: no SQL, no HTTP, no clock but the one passed in.
