//! All tools of this crate, built from settings.

use std::sync::Arc;

use kuma_agent::tool::{Tool, typed};
use kuma_net::{ClientError, ClientOptions, build_client};

use crate::finance::Markets;
use crate::images::{Images, Ocr, Pictures, VisionModels};
use crate::page::Pages;
use crate::research::Researcher;
use crate::search::Searches;
use crate::settings::ToolSettings;
use crate::tools::{
    AnalyzeImage, DeepResearch, DescribeImage, ExtractText, GetCompanyInfo, GetFinancialNews, GetPageContent,
    GetStockPrice, WebSearch,
};

/// The tools cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ToolSetupError {
    /// No HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// The tools, and what they are made of, for whoever wants to use that without a model.
#[derive(Clone)]
pub struct Tools {
    all: Vec<Arc<dyn Tool>>,
    /// Web search.
    pub searches: Searches,
    /// Pages.
    pub pages: Pages,
    /// Market data.
    pub markets: Markets,
    /// Whether text on pictures can be read without a model.
    pub has_ocr: bool,
}

impl Tools {
    /// Builds everything; calls nobody.
    pub fn new(
        settings: &ToolSettings,
        images: Arc<dyn Images>,
        vision: Arc<dyn VisionModels>,
    ) -> Result<Self, ToolSetupError> {
        let pages = Pages::new(settings.page.clone())?;
        Self::with_pages(settings, pages, images, vision)
    }

    /// The same with pages that were built apart.
    pub fn with_pages(
        settings: &ToolSettings,
        pages: Pages,
        images: Arc<dyn Images>,
        vision: Arc<dyn VisionModels>,
    ) -> Result<Self, ToolSetupError> {
        let client = build_client(&ClientOptions::default())?;
        let searches = Searches::new(&client, &settings.search);
        let markets = Markets::new(&client, &settings.finance);
        let ocr = Ocr::find(&settings.ocr, &settings.page);
        let has_ocr = ocr.is_some();
        let pictures = Pictures::new(images, vision, ocr);
        let researcher = Researcher::new(searches.clone(), pages.clone(), settings.research);
        let all = vec![
            typed(WebSearch(searches.clone())),
            typed(GetPageContent(pages.clone())),
            typed(DeepResearch(researcher)),
            typed(GetStockPrice(markets.clone())),
            typed(GetCompanyInfo(markets.clone())),
            typed(GetFinancialNews(markets.clone())),
            typed(AnalyzeImage(pictures.clone())),
            typed(DescribeImage(pictures.clone())),
            typed(ExtractText(pictures)),
        ];
        Ok(Self { all, searches, pages, markets, has_ocr })
    }

    /// All tools, in the order in which they are offered.
    pub fn all(&self) -> &[Arc<dyn Tool>] {
        &self.all
    }
}
