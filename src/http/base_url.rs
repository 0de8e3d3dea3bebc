//! The address of this API as clients see it, for the few answers that hold whole URLs.

use actix_web::HttpRequest;

/// In application data: the public URL, without a slash at the end, when it was set.
#[derive(Clone, Debug, Default)]
pub struct BaseUrl(pub Option<String>);

/// The public URL; without one, the address that this request was sent to.
#[must_use]
pub fn base_url(request: &HttpRequest) -> String {
    match request.app_data::<BaseUrl>() {
        Some(BaseUrl(Some(url))) => url.clone(),
        _ => {
            let connection = request.connection_info();
            format!("{}://{}", connection.scheme(), connection.host())
        }
    }
}
