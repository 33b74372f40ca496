//! The routes of the Bot API: reading a request of any form, and answering or cutting it.

use std::{io, str};

use actix_multipart::Multipart;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Bytes, Data, Payload, ServiceConfig},
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::Context;
use crate::{
    Outage,
    bot_api::{self, Params, Reply, Upload},
};

/// The largest body: a file of 50 MB and something around it.
const LARGEST_BODY: usize = 52 << 20;

/// The calls of the one bot are told by their beginning: to match them by a pattern would cost more
/// than to read them.
pub(super) fn routes(config: &mut ServiceConfig, token: &str) {
    config
        .service(web::scope(&format!("/bot{token}")).default_service(web::to(call)))
        .service(web::resource("/bot{token}/{method}").to(wrong_token))
        .service(web::resource("/file/bot{token}/{path:.*}").to(file));
}

async fn wrong_token() -> HttpResponse {
    response(bot_api::wrong_token())
}

async fn call(request: HttpRequest, payload: Payload, context: Data<Context>) -> HttpResponse {
    let path = request.match_info().unprocessed();
    let method = path.strip_prefix('/').unwrap_or(path);
    match read(&request, payload).await {
        Ok(params) => response(bot_api::call(&context.shared, method, params).await),
        Err(words) => response(bot_api::unreadable(&words)),
    }
}

/// The answer as HTTP.
pub(super) fn response(reply: Reply) -> HttpResponse {
    match reply {
        Reply::Answer(status, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            HttpResponse::build(status)
                .content_type("application/json")
                .body(body)
        }
        Reply::Garbled(status, kind, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            HttpResponse::build(status).content_type(kind).body(body)
        }
        // A body that fails at once makes the server drop the connection with nothing written.
        Reply::Cut => HttpResponse::Ok()
            .force_close()
            .streaming(stream::once(async {
                Err::<Bytes, _>(io::Error::other("cut on purpose"))
            })),
    }
}

/// The parameters of the query and of the body.
async fn read(request: &HttpRequest, payload: Payload) -> Result<Params, String> {
    let mut params = Params::default();
    add_form(&mut params, request.query_string())?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        let multipart = Multipart::new(request.headers(), payload);
        read_multipart(&mut params, multipart)
            .await
            .map_err(|_| "can't read the multipart body".to_owned())?;
        return Ok(params);
    }
    let body = payload
        .to_bytes_limited(LARGEST_BODY)
        .await
        .map_err(|_| "Request Entity Too Large".to_owned())?
        .map_err(|_| "can't read the body".to_owned())?;
    if kind.starts_with("application/json") && !body.is_empty() {
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => params.fields.extend(fields),
            _ => return Err("can't parse the body as a JSON object".to_owned()),
        }
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let body =
            str::from_utf8(&body).map_err(|_| "Strings must be encoded in UTF-8".to_owned())?;
        add_form(&mut params, body)?;
    }
    Ok(params)
}

fn add_form(params: &mut Params, form: &str) -> Result<(), String> {
    if form.is_empty() {
        return Ok(());
    }
    let fields = web::Query::<Vec<(String, String)>>::from_query(form)
        .map_err(|_| "can't parse the parameters".to_owned())?;
    let fields = fields.into_inner().into_iter();
    params
        .fields
        .extend(fields.map(|(name, value)| (name, Value::from(value))));
    Ok(())
}

async fn read_multipart(
    params: &mut Params,
    mut parts: Multipart,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut left = LARGEST_BODY;
    while let Some(mut part) = parts.try_next().await? {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk?;
            left = left.checked_sub(chunk.len()).ok_or("too large")?;
            bytes.extend_from_slice(&chunk);
        }
        let Some(disposition) = part.content_disposition() else {
            continue;
        };
        let Some(name) = disposition.get_name().map(str::to_owned) else {
            continue;
        };
        match disposition.get_filename() {
            Some(filename) => {
                let upload = Upload {
                    name: Some(filename.to_owned()).filter(|name| !name.is_empty()),
                    mime: part
                        .content_type()
                        .map(|mime| mime.essence_str().to_owned()),
                    bytes,
                };
                params.uploads.insert(name, upload);
            }
            None => {
                params
                    .fields
                    .insert(name, Value::from(String::from_utf8(bytes)?));
            }
        }
    }
    Ok(())
}

/// A file by the path that `getFile` gave.
async fn file(path: web::Path<(String, String)>, context: Data<Context>) -> HttpResponse {
    let (token, path) = path.into_inner();
    if *token != *context.token {
        return response(bot_api::wrong_token());
    }
    let (outage, found) = context.shared.read(|state| {
        let found = state.world.files.at_path(&path).map(|file| file.content());
        (state.trouble.outage(state.now()), found)
    });
    if let Some(outage) = outage.filter(|outage| outage.kind != Outage::OtherPoller) {
        return response(bot_api::in_outage(outage.kind));
    }
    match found {
        Some((_, bytes)) => HttpResponse::Ok()
            .content_type("application/octet-stream")
            .body(bytes),
        None => response(bot_api::not_found()),
    }
}
