//! What the pages are made of, and where it is.

use crate::{
    TestApp,
    answer::{Answer, http},
};

/// The addresses in these attributes of a page.
fn addresses<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begins = format!("{attribute}=\"");
    let values = page.split(begins.as_str()).skip(1);
    values.filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_keep_what_pages_are_made_of_until_it_changes() {
    let app = TestApp::spawn().await;
    let page = app.get("/").await;
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let links = [addresses(&page.text, "src"), addresses(&page.text, "href")].concat();
    let assets: Vec<_> = links
        .into_iter()
        .filter(|link| link.starts_with("/assets/"))
        .collect();
    assert_eq!(assets.len(), 3, "{}", page.text);
    for asset in assets {
        let kept = app.get(asset).await;
        assert_eq!(kept.status, 200);
        let forever = "public, max-age=31536000, immutable";
        assert_eq!(kept.header("cache-control"), Some(forever), "{asset}");
        assert_eq!(kept.header("x-content-type-options"), Some("nosniff"));
        let name = asset.rsplit('/').next().expect("a name");
        let other_version = app.get(&format!("/assets/0123456789abcdef/{name}")).await;
        assert_eq!((other_version.status, other_version.text), (200, kept.text));
        assert_eq!(
            other_version.headers["cache-control"], "no-store",
            "an instance of before asks for it, or one that comes"
        );
    }
    app.get("/assets/0/nothing.js").await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_every_address_begins_with_it() {
    let app = TestApp::spawn_with(&[
        ("server.public_url", "https://shop.example/auth"),
        ("pages.terms_url", "/terms"),
    ])
    .await;
    for path in ["/", "/login", "/nothing"] {
        let page = Answer::of(http().get(app.url(path)).header("accept", "text/html")).await;
        for attribute in ["href", "src", "action"] {
            for address in addresses(&page.text, attribute) {
                let is_ours = address.starts_with("/auth/") || address.starts_with('?');
                assert!(
                    is_ours || matches!(address, "#main" | "/terms"),
                    "{path}: {address}"
                );
            }
        }
    }
    let to = app.get("/account").await;
    assert_eq!(
        to.header("location"),
        Some("/auth/login?return_to=%2Fauth%2Faccount")
    );
}
