//! A page that counts how often you have seen it, and forgets when asked. The server keeps nothing but a key.
//!
//! `cargo run --example counter`, then open http://localhost:8080 in a browser. `-- 0` takes any free port.

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::{ContentType, LOCATION},
    middleware::from_fn,
    web,
};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Jar, Jars},
    csrf::SameOrigin,
};
use orderslip_actix::{Failure, Held, Slips, same_origin};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Default, Serialize, Deserialize)]
struct Visitor {
    visits: u32,
}

impl SlipState for Visitor {
    const PURPOSE: &'static str = "counter.example/visitor";
    const VERSION: u16 = 1;
}

async fn page(visitor: Held<Visitor>) -> Result<HttpResponse, Failure> {
    let visits = visitor.update(|visitor| {
        visitor.visits += 1;
        visitor.visits
    })?;
    let (taken, room) = visitor.room();
    let page = format!(
        "<!doctype html><title>counter</title><p>This is your visit number {visits}, says a cookie of {taken} of {room} bytes.\
         <form method=post action=/forget><button>Forget me</button></form>"
    );
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page))
}

async fn forget(visitor: Held<Visitor>) -> Result<HttpResponse, Failure> {
    visitor.logout()?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish())
}

fn slips() -> Result<Slips, Error> {
    let month = Lifetime::absolute(Duration::from_secs(30 * 86_400));
    // On real servers: Keyring::from_file, or what was counted is forgotten with the process.
    let visitors =
        Jar::builder("visitor", Sealer::<Visitor>::encrypted(&Keyring::generate()?).lifetime(month)).build()?;
    Ok(Slips::new(Jars::new().with(visitors)?))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let slips = slips()?;
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(page))
            .route("/forget", web::post().to(forget))
            .app_data(web::Data::new(SameOrigin::new()))
            .wrap(from_fn(same_origin))
            .wrap(slips.clone())
    });
    let server = server.workers(1).bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        println!("http://localhost:{}", address.port());
    }
    Ok(server.run().await?)
}
