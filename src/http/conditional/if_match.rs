//! The version that an editor has seen.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::IF_MATCH};

use super::etag::{tags, without_coding};
use crate::http::problem::{Problem, ProblemKind, Result};

/// `If-Match`, which changes and deletions want, so that nobody overwrites unawares what they have not seen.
///
/// 428 without it; 412 when it holds no tag that can match; `*` forces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<i64>);

impl IfMatch {
    /// The version that has to be the present one; none when the caller forces the change.
    #[must_use]
    pub const fn version(&self) -> Option<i64> {
        self.0
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

/// `If-Match` for actions that do not overwrite anything and so can do without: absent is as good as `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatchIfAny(Option<i64>);

impl IfMatchIfAny {
    /// The version that has to be the present one; none when it does not matter.
    #[must_use]
    pub const fn version(&self) -> Option<i64> {
        self.0
    }
}

impl FromRequest for IfMatchIfAny {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(IF_MATCH) {
            return ready(Ok(Self(None)));
        }
        ready(read(request).map(|expected| Self(expected.version())))
    }
}

fn read(request: &HttpRequest) -> Result<IfMatch> {
    let mut lines = request.headers().get_all(IF_MATCH).peekable();
    if lines.peek().is_none() {
        let detail = "Read the resource and send its `ETag` as `If-Match`, or `*` to force the change.";
        return Err(Problem::new(ProblemKind::PreconditionRequired, detail));
    }
    let header = lines.filter_map(|line| line.to_str().ok()).collect::<Vec<_>>().join(",");
    if header.trim() == "*" {
        return Ok(IfMatch(None));
    }
    // Strong comparison: a weak tag never matches (RFC 9110 §13.1.1). Of several, the latest that the editor has seen counts.
    let versions = tags(&header).filter(|(is_weak, _)| !is_weak).filter_map(|(_, opaque)| version(opaque));
    let detail = "`If-Match` holds no strong tag of this resource; send the `ETag` as it was received.";
    versions.max().map(|version| IfMatch(Some(version))).ok_or_else(|| Problem::new(ProblemKind::Stale, detail))
}

fn version(opaque: &str) -> Option<i64> {
    let (version, hash) = without_coding(opaque).split_once('-')?;
    let is_ours = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    version.parse().ok().filter(|version| is_ours && *version >= 0)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{super::etag::etag, *};

    fn sent(header: &str) -> std::result::Result<Option<i64>, u16> {
        let request = TestRequest::patch().insert_header((IF_MATCH, header)).to_http_request();
        read(&request).map(|expected| expected.version()).map_err(|problem| problem.kind.status().as_u16())
    }

    #[test]
    fn it_has_to_be_there() {
        let missing = read(&TestRequest::patch().to_http_request()).map_err(|problem| problem.kind);
        assert_eq!(missing, Err(ProblemKind::PreconditionRequired));
    }

    #[test]
    fn the_version_is_read_from_a_strong_tag() {
        let tag = etag(Some(7), b"x");
        assert_eq!(sent(&tag), Ok(Some(7)));
        assert_eq!(sent(&tag.replace("\"7", "\"6").replacen(",", "", 1)), Ok(Some(6)));
        assert_eq!(sent(&format!("\"other\", {tag}")), Ok(Some(7)));
        assert_eq!(sent(&format!("{}-br\"", tag.trim_end_matches('"'))), Ok(Some(7)));
        assert_eq!(sent("*"), Ok(None));
    }

    #[test]
    fn what_can_never_match_is_stale() {
        for header in
            [format!("W/{}", etag(Some(7), b"x")), "\"7\"".to_owned(), "7".to_owned(), String::new(), "\"-7-0123456789abcdef\"".to_owned()]
        {
            assert_eq!(sent(&header), Err(412), "{header}");
        }
    }
}
