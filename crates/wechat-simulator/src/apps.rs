use std::sync::Arc;

use crate::app::App;
use crate::rejection::Rejection;

const MOST: usize = 1_000;

/// The registered apps, in the order of arrival.
#[derive(Debug)]
pub(crate) struct Apps(Vec<Arc<App>>);

impl Apps {
    /// Of several apps with one id the last counts, in the place of the first.
    pub(crate) fn new(apps: &[App]) -> Self {
        let mut all: Vec<Arc<App>> = Vec::new();
        for app in apps.iter().cloned().map(Arc::new) {
            match all.iter_mut().find(|known| known.app_id == app.app_id) {
                Some(known) => *known = app,
                None => all.push(app),
            }
        }
        Self(all)
    }

    pub(crate) fn all(&self) -> &[Arc<App>] {
        &self.0
    }

    pub(crate) fn by_id(&self, app_id: &str) -> Option<Arc<App>> {
        self.0.iter().find(|app| app.app_id == app_id).cloned()
    }

    /// Which app an id or a name means. Of several with one name the last: a developer's own `shop_mini`
    /// comes before the demo one.
    pub(crate) fn called(&self, id_or_name: &str) -> Result<Arc<App>, Rejection> {
        self.by_id(id_or_name)
            .or_else(|| self.0.iter().rfind(|app| app.name == id_or_name).cloned())
            .ok_or_else(|| Rejection::not_found("There is no such app; GET /simulator/apps lists them."))
    }

    pub(crate) fn add(&mut self, app: App) -> Result<Arc<App>, Rejection> {
        if self.by_id(&app.app_id).is_some() {
            return Err(Rejection::conflict(format!(
                "There is an app {} already.",
                app.app_id
            )));
        }
        if self.0.len() >= MOST {
            return Err(Rejection::conflict(format!(
                "There are {MOST} apps already; reset the simulator."
            )));
        }
        let app = Arc::new(app);
        self.0.push(Arc::clone(&app));
        Ok(app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;

    #[test]
    fn an_extra_app_takes_the_place_of_a_demo_app_with_its_id() {
        let mut apps = demo_apps();
        apps.push(App {
            secret: "mine".to_owned(),
            ..apps[0].clone()
        });
        let apps = Apps::new(&apps);
        assert_eq!((apps.all().len(), apps.all()[0].secret.as_str()), (4, "mine"));
    }

    #[test]
    fn a_name_means_the_last_app_that_has_it() {
        let mut apps = Apps::new(&demo_apps());
        apps.add(App {
            app_id: "wx1".to_owned(),
            ..demo_apps().remove(0)
        })
        .unwrap();
        assert_eq!(apps.called("shop_mini").unwrap().app_id, "wx1");
        assert_eq!(
            apps.called("wxdec0000000000001").unwrap().app_id,
            "wxdec0000000000001"
        );
        assert!(apps.called("nobody").is_err());
    }

    #[test]
    fn the_number_of_apps_is_bounded() {
        let mut apps = Apps::new(&[]);
        let with_id = |n: usize| App {
            app_id: n.to_string(),
            ..demo_apps().remove(0)
        };
        for n in 0..MOST {
            apps.add(with_id(n)).unwrap();
        }
        assert!(apps.add(with_id(MOST)).is_err());
    }
}
