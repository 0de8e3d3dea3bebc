//! The address of this API as clients see it, for the few answers that hold whole URLs.

use actix_web::HttpRequest;

/// In application data: the public URL, without a slash at the end, when it was set.
#[derive(Clone, Debug, Default)]
pub struct BaseUrl(pub Option<String>);

/// The public URL; without one, the address that the server is bound to.
#[must_use]
pub fn base_url(request: &HttpRequest) -> String {
    match request.app_data::<BaseUrl>() {
        Some(BaseUrl(Some(url))) => url.clone(),
        // Not what the request says of its host: anybody can say anything, and a cache would keep it.
        _ => match request.app_config().local_addr() {
            address if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
            address => format!("http://{address}"),
        },
    }
}
