//! The pictures of chats for the tools that look at them, and the model that looks when the run's own cannot.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use kuma_app::{App, ErrorKind, WeakApp, images, models};
use kuma_llm::ChatModel;
use kuma_tools::images::{Images, ImagesError, Picture, VisionModels};
use kuma_types::{ChatId, UserId};

/// Both ports of the tools. They are made before the app that they stand on, which holds the tools.
#[derive(Clone, Default)]
pub struct AppPictures(Arc<OnceLock<WeakApp>>);

impl AppPictures {
    /// To be called once the app is there.
    pub fn connect(&self, app: &App) {
        // A second call would be about the same app.
        self.0.set(app.downgrade()).ok();
    }

    fn app(&self) -> Option<App> {
        self.0.get().and_then(WeakApp::upgrade)
    }
}

#[async_trait]
impl Images for AppPictures {
    async fn image(&self, user: UserId, chat: ChatId, id: &str) -> Result<Picture, ImagesError> {
        let app = self.app().ok_or(ImagesError::Unavailable)?;
        match images::picture(&app, user, chat, id).await {
            Ok((mime_type, data)) => Ok(Picture { mime_type, data }),
            Err(error) if error.kind == ErrorKind::NotFound => Err(ImagesError::Unknown),
            Err(error) => {
                tracing::error!(%error, "a picture could not be read");
                Err(ImagesError::Unavailable)
            }
        }
    }
}

impl VisionModels for AppPictures {
    fn vision_model(&self) -> Option<Arc<dyn ChatModel>> {
        models::vision(&self.app()?)
    }
}
