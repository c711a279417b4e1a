use std::io::Read;

use actix_web::{
    App,
    body::MessageBody,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
    test::{TestRequest, call_service, init_service, read_body},
};
use flate2::read::GzDecoder;

use super::*;

fn told(answer: &ServiceResponse<impl MessageBody>, name: HeaderName) -> String {
    answer.headers().get(name).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn the_pages_may_ask_this_server_and_the_origin_of_the_issuer() {
    let at = |issuer: &str| {
        let issuer = issuer.to_owned();
        policy(&SignIn::Issuer { issuer, client_id: None, audience: "api".to_owned() })
    };
    for (issuer, expected) in [
        ("https://agency.eu.auth0.com/", "connect-src 'self' https://agency.eu.auth0.com;"),
        ("http://127.0.0.1:8080/realms/casting", "connect-src 'self' http://127.0.0.1:8080;"),
        ("https://strange.example; script-src *", "connect-src 'self';"),
        ("urn:nowhere", "connect-src 'self';"),
    ] {
        assert!(at(issuer).contains(expected), "{issuer}: {}", at(issuer));
    }
    assert!(policy(&SignIn::Local).contains("connect-src 'self';"));
}

#[actix_web::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let app = init_service(App::new().configure(routes(&SignIn::Local))).await;
    let first = call_service(&app, TestRequest::get().uri("/console/").to_request()).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(told(&first, header::CONTENT_TYPE), "text/html; charset=utf-8");
    let policy = told(&first, header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    let tag = told(&first, header::ETAG);
    assert!(!read_body(first).await.is_empty());

    let known = TestRequest::get().uri("/console/").insert_header((header::IF_NONE_MATCH, &*tag));
    let second = call_service(&app, known.to_request()).await;
    assert_eq!((second.status(), told(&second, header::ETAG)), (StatusCode::NOT_MODIFIED, tag));
    assert_eq!(told(&second, header::CONTENT_SECURITY_POLICY), policy);
    assert!(read_body(second).await.is_empty());
}

#[actix_web::test]
async fn a_file_is_sent_compressed_to_whoever_takes_that() {
    let app = init_service(App::new().configure(routes(&SignIn::Local))).await;
    let ask = || TestRequest::get().uri("/console/main.js");
    let plain = call_service(&app, ask().to_request()).await;
    assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
    assert_eq!(told(&plain, header::VARY), "accept-encoding");
    let plain = read_body(plain).await;
    for (takes, is_taken) in [("gzip, deflate, br", true), ("identity", false), ("gzip;q=0", false), ("br", false)] {
        let answer = call_service(&app, ask().insert_header((header::ACCEPT_ENCODING, takes)).to_request()).await;
        assert_eq!(answer.headers().contains_key(header::CONTENT_ENCODING), is_taken, "{takes}");
        let body = read_body(answer).await;
        let mut text = Vec::new();
        if is_taken {
            GzDecoder::new(&*body).read_to_end(&mut text).unwrap();
        } else {
            text.extend_from_slice(&body);
        }
        assert_eq!(text, plain, "{takes}");
    }
}

#[actix_web::test]
async fn every_file_has_a_media_type_that_browsers_act_on() {
    let app = init_service(App::new().configure(routes(&SignIn::Local))).await;
    for name in files::names() {
        let answer = call_service(&app, TestRequest::get().uri(&format!("{PATH}{name}")).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
        assert_ne!(told(&answer, header::CONTENT_TYPE), "application/octet-stream", "{name}");
    }
}

#[actix_web::test]
async fn what_is_not_there_is_not_found_and_nothing_can_be_written() {
    let app = init_service(App::new().configure(routes(&SignIn::Local))).await;
    for path in ["/console/nothing.js", "/console/../Cargo.toml", "/console//", "/console/screens"] {
        let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/console", "/console/", "/console/config.json", "/console/main.js"] {
        let answer = call_service(&app, TestRequest::post().uri(path).to_request()).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(told(&answer, header::ALLOW), "GET, HEAD");
    }
    let nearly = call_service(&app, TestRequest::get().uri("/console").to_request()).await;
    assert_eq!((nearly.status(), told(&nearly, header::LOCATION)), (StatusCode::PERMANENT_REDIRECT, PATH.to_owned()));
}

#[actix_web::test]
async fn the_screens_are_told_how_to_sign_in_and_where_castings_may_go() {
    let sign_in = SignIn::Issuer {
        issuer: "https://agency.eu.auth0.com/".to_owned(),
        client_id: None,
        audience: "api".to_owned(),
    };
    let app = init_service(App::new().configure(routes(&sign_in))).await;
    let answer = call_service(&app, TestRequest::get().uri("/console/config.json").to_request()).await;
    let told: serde_json::Value = serde_json::from_slice(&read_body(answer).await).unwrap();
    assert_eq!(
        told["sign_in"],
        serde_json::json!({"mode": "oidc", "issuer": "https://agency.eu.auth0.com/", "client_id": null, "audience": "api"})
    );
    let statuses = told["statuses"].as_array().unwrap();
    let booked = statuses.iter().find(|status| status["name"] == "booked").unwrap();
    assert_eq!(*booked, serde_json::json!({"name": "booked", "moves": ["declined", "released"], "needs_reason": true}));
    assert_eq!(statuses.len(), 7);
}
