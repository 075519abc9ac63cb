use serde_json::{Map, Value};
use url::form_urlencoded;

use super::Call;
use super::endpoint::{Endpoint, Methods, Reply};
use crate::app::App;
use crate::qr_image;
use crate::wire::{Family, Refusal};
use crate::world::World;

pub(super) static ENDPOINT: Endpoint = Endpoint {
    path: "/wxa/getwxacodeunlimit",
    methods: Methods::Post,
    family: Family::Cgi,
    answer: draw,
};

const DEFAULT_WIDTH: u32 = 430;
const LONGEST_SCENE: usize = 32;
/// WeChat does not say; with more, the address would not fit into a QR code that a phone can read.
const LONGEST_PAGE: usize = 256;

/// A code that opens a mini-program's page, as an image that a phone can scan.
///
/// WeChat draws a round one of its own that nobody else can read; here it is a QR code of an address of this
/// simulator, with what the mini-program would see in its query.
fn draw(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let app = call.mini_program_by_token(world)?;
    let body = call.json()?;
    let scene = scene(&body)?;
    let page = page(&body, &app)?;
    let width = width(&body)?;
    let env_version = match body.get("env_version") {
        None => "release",
        Some(Value::String(text)) if matches!(&**text, "release" | "trial" | "develop") => text,
        Some(_) => return Err(Refusal::INVALID_ARGS),
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("app_id", &app.app_id)
        .append_pair("page", page)
        .append_pair("scene", scene)
        .append_pair("env_version", env_version)
        .finish();
    let image = qr_image::jpeg(&format!("{}/simulator/mini-program?{query}", call.origin), width);
    Ok(Reply::Image {
        content_type: "image/jpeg",
        bytes: image,
    })
}

fn scene(body: &Map<String, Value>) -> Result<&str, Refusal> {
    let scene = body.get("scene").and_then(Value::as_str).unwrap_or_default();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'()*+,/:;=?@-._~".contains(&byte);
    if scene.is_empty() || scene.len() > LONGEST_SCENE {
        return Err(Refusal::SCENE_LENGTH);
    }
    if scene.bytes().all(is_allowed) {
        Ok(scene)
    } else {
        Err(Refusal::INVALID_SCENE)
    }
}

/// The page, or nothing for the home page. Only the published version's pages exist, unless nobody wants to
/// know.
fn page<'a>(body: &'a Map<String, Value>, app: &App) -> Result<&'a str, Refusal> {
    let page = match body.get("page") {
        None => "",
        Some(page) => page.as_str().ok_or(Refusal::INVALID_ARGS)?,
    };
    if page.contains("scancode_time") {
        return Err(Refusal::RESERVED_PAGE);
    }
    let checks = match body.get("check_path") {
        None => true,
        Some(checks) => checks.as_bool().ok_or(Refusal::INVALID_ARGS)?,
    };
    let is_published = page.is_empty()
        || app.published_pages.is_empty()
        || app.published_pages.iter().any(|known| known == page);
    if page.len() > LONGEST_PAGE || page.starts_with('/') || page.contains('?') || (checks && !is_published) {
        return Err(Refusal::INVALID_PAGE);
    }
    Ok(page)
}

fn width(body: &Map<String, Value>) -> Result<u32, Refusal> {
    let Some(width) = body.get("width") else {
        return Ok(DEFAULT_WIDTH);
    };
    let width = width.as_u64().filter(|width| (280..=1280).contains(width));
    width
        .and_then(|width| u32::try_from(width).ok())
        .ok_or(Refusal::INVALID_ARGS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::demo_apps;

    fn object(value: &Value) -> &Map<String, Value> {
        value.as_object().unwrap()
    }

    #[test]
    fn a_scene_has_up_to_32_characters_and_no_percent_sign() {
        for good in ["a", "T=1&u=!#$'()*+,/:;?@-._~", &"x".repeat(32)] {
            assert_eq!(scene(object(&json!({ "scene": good }))), Ok(good));
        }
        for (bad, refusal) in [
            (json!({}), Refusal::SCENE_LENGTH),
            (json!({"scene": ""}), Refusal::SCENE_LENGTH),
            (json!({"scene": 1}), Refusal::SCENE_LENGTH),
            (json!({"scene": "x".repeat(33)}), Refusal::SCENE_LENGTH),
            (json!({"scene": "a%20b"}), Refusal::INVALID_SCENE),
            (json!({"scene": "a b"}), Refusal::INVALID_SCENE),
            (json!({"scene": "张"}), Refusal::INVALID_SCENE),
        ] {
            assert_eq!(scene(object(&bad)), Err(refusal), "{bad}");
        }
    }

    #[test]
    fn a_page_is_one_of_the_published_ones_unless_nobody_checks() {
        let app = App {
            published_pages: vec!["pages/index/index".to_owned()],
            ..demo_apps().remove(0)
        };
        for (body, outcome) in [
            (json!({}), Ok("")),
            (json!({"page": "pages/index/index"}), Ok("pages/index/index")),
            (json!({"page": "pages/new", "check_path": false}), Ok("pages/new")),
            (json!({"page": "pages/new"}), Err(Refusal::INVALID_PAGE)),
            (json!({"page": "/pages/index/index"}), Err(Refusal::INVALID_PAGE)),
            (
                json!({"page": "pages/index/index?a=b"}),
                Err(Refusal::INVALID_PAGE),
            ),
            (json!({"page": "scancode_time"}), Err(Refusal::RESERVED_PAGE)),
        ] {
            assert_eq!(page(object(&body), &app), outcome, "{body}");
        }
        assert_eq!(
            page(object(&json!({"page": "pages/new"})), &demo_apps()[0]),
            Ok("pages/new")
        );
    }

    #[test]
    fn a_width_is_within_bounds() {
        assert_eq!(width(object(&json!({}))), Ok(430));
        assert_eq!(width(object(&json!({"width": 1280}))), Ok(1280));
        for bad in [json!(279), json!(1281), json!("430"), json!(-1)] {
            assert_eq!(width(object(&json!({"width": bad}))), Err(Refusal::INVALID_ARGS));
        }
    }
}
