//! The server: what it says of itself, and which thread answers.

use std::sync::Arc;

use modelkin::ask::Atlas;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo,
    ContentBlock, Implementation, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Reference,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use tokio::sync::Semaphore;

use super::refused::Refused;
use super::resources;
use super::tools::TOOLS;

const ABOUT: &str = "Who descends from whom among the world's open AI models, counted exactly from one snapshot. All lineage is declared: it is what model cards and tags say, and nobody compared weights; cite numbers with the snapshot's date, its digest and the definition that stand in every answer.";

/// So many questions are answered side by side.
const QUESTIONS: usize = 4;

/// A snapshot that agents ask.
pub struct Server {
    atlas: Atlas,
    turns: Arc<Semaphore>,
}

impl Server {
    pub fn new(atlas: Atlas) -> Server {
        Server { atlas, turns: Arc::new(Semaphore::new(QUESTIONS)) }
    }

    /// Does what may take long where nobody else waits for it.
    async fn beside<T: Send + 'static>(&self, work: impl FnOnce(&Atlas) -> T + Send + 'static) -> Result<T, ErrorData> {
        let broken = |error: &dyn std::fmt::Display| ErrorData::internal_error(error.to_string(), None);
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|error| broken(&error))?;
        let atlas = self.atlas.clone();
        let work = move || {
            let _turn = turn;
            work(&atlas)
        };
        // A thread that panicked has said so on standard error.
        tokio::task::spawn_blocking(work).await.map_err(|_| broken(&"this could not be answered"))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let can = ServerCapabilities::builder().enable_tools().enable_resources().enable_completions().build();
        let own = Implementation::new("modelkin", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(can).with_server_info(own).with_instructions(ABOUT)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(|tool| tool.described()).collect()))
    }

    async fn call_tool(
        &self,
        asked: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == asked.name) else {
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            return Err(ErrorData::invalid_params(format!("no such tool; there are {}", known.join(", ")), None));
        };
        let arguments = asked.arguments.unwrap_or_default();
        let answer = self.beside(move |atlas| tool.call(atlas, arguments)).await?;
        Ok(match answer {
            Ok(answer) => CallToolResult::structured(answer),
            Err(refused) => CallToolResult::error(vec![ContentBlock::text(refused.said())]),
        }
        .into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        asked: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = self.beside(move |atlas| resources::read(atlas, &asked.uri)).await?;
        match read {
            Ok(Some(contents)) => Ok(ReadResourceResult::new(vec![contents]).into()),
            Ok(None) => Err(ErrorData::resource_not_found("no such resource; resources/list has all of them", None)),
            Err(refused) => Err(ErrorData::resource_not_found(refused.said(), None)),
        }
    }

    async fn complete(
        &self,
        asked: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let is_model = matches!(&asked.r#ref, Reference::Resource(of) if of.uri == resources::BOMS);
        if !is_model || asked.argument.name != "model" {
            return Ok(CompleteResult::default());
        }
        let typed = asked.argument.value;
        let ids = self.beside(move |atlas| resources::completed(atlas, &typed)).await?;
        let (ids, are_more) = ids.map_err(|refused: Refused| ErrorData::internal_error(refused.said(), None))?;
        let found = CompletionInfo::with_pagination(ids, None, are_more)
            .map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(found))
    }
}
