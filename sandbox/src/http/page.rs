//! The page, embedded into the binary, the files that it shows, and who may ask.

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web::{self, Data, ServiceConfig},
};

use super::{Context, failure};

/// Path, media type and content of everything the page is made of.
const PARTS: [(&str, &str, &str); 17] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/index.html", HTML, include_str!("../../page/index.html")),
    ("/style.css", CSS, include_str!("../../page/style.css")),
    ("/app.js", JS, include_str!("../../page/app.js")),
    ("/api.js", JS, include_str!("../../page/api.js")),
    ("/calls.js", JS, include_str!("../../page/calls.js")),
    ("/chat.js", JS, include_str!("../../page/chat.js")),
    ("/composer.js", JS, include_str!("../../page/composer.js")),
    ("/dom.js", JS, include_str!("../../page/dom.js")),
    ("/entities.js", JS, include_str!("../../page/entities.js")),
    ("/faults.js", JS, include_str!("../../page/faults.js")),
    ("/media.js", JS, include_str!("../../page/media.js")),
    ("/messages.js", JS, include_str!("../../page/messages.js")),
    ("/people.js", JS, include_str!("../../page/people.js")),
    ("/popups.js", JS, include_str!("../../page/popups.js")),
    ("/program.js", JS, include_str!("../../page/program.js")),
    ("/trouble.js", JS, include_str!("../../page/trouble.js")),
];
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
/// The page may load nothing from elsewhere and run nothing but its own scripts.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:";
/// A file may show itself and do nothing.
const FILE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

pub(super) fn routes(config: &mut ServiceConfig) {
    for (path, kind, content) in PARTS {
        config.route(
            path,
            web::get().to(move |request: HttpRequest| async move {
                if !is_from_here(request.headers()) {
                    return refused();
                }
                HttpResponse::Ok()
                    .content_type(kind)
                    .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
                    .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    .insert_header((header::CACHE_CONTROL, "no-store"))
                    .body(content)
            }),
        );
    }
}

/// `/sandbox/files/{file_id}`: pictures, sound and films as what they are, all else to be saved.
pub(super) async fn file(id: web::Path<String>, context: Data<Context>) -> HttpResponse {
    let content = context
        .shared
        .read(|state| state.world.files.get(&id).map(|file| file.content()));
    let Some((mime, bytes)) = content else {
        return failure(StatusCode::NOT_FOUND, "there is no such file");
    };
    let shown = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| mime.starts_with(kind));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    match shown {
        true => response.content_type(mime.as_str()),
        false => response
            .content_type("application/octet-stream")
            .insert_header((header::CONTENT_DISPOSITION, "attachment")),
    };
    response.body(bytes)
}

/// Lets no other web site that is open in the same browser act for people or start programs.
pub(super) async fn only_from_here(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    if is_from_here(request.headers()) {
        Ok(next.call(request).await?.map_into_left_body())
    } else {
        Ok(request.into_response(refused()).map_into_right_body())
    }
}

/// Whether the address in the request is a loopback one, and the page that sent it, if any, ours.
fn is_from_here(headers: &header::HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(header::HOST) else {
        return false;
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    let own = text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    loopback && own
}

fn refused() -> HttpResponse {
    failure(
        StatusCode::FORBIDDEN,
        "this sandbox answers only its own page and local programs",
    )
}
