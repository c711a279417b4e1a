//! Every operation of the API, once: its method, its path, what it needs, and its handler.

use std::{fmt, time::Duration};

use actix_web::{
    App as ActixApp, Error, FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, Scope,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};
use ensemble_domain::{Permissions, Requirement};

use crate::{
    App, CorsOrigins, actors, castings,
    cors::cors,
    edge::{edge, no_such_route},
    explorer, health, history, home, imports,
    input::Input,
    local_token, me, movies, openapi,
    openapi::OperationObject,
    permitted::Permitted,
    problem::{Kind, Problem},
    problem_pages,
    redact::may_be_repeated,
    request_target::checked,
    v1,
    watchdog::{DEADLINE, watchdog},
};

/// Says something of an operation in the OpenAPI document.
type Describe = fn(&mut OperationObject<'_>);

/// One method of one path.
pub struct Operation {
    /// The method. Where it is GET, HEAD is there as well.
    pub method: Method,
    /// The path, with `{id}` where an id stands.
    pub path: &'static str,
    /// The permissions that the token must hold; `None` where no token is asked for.
    pub needs: Option<Permissions>,
    /// What its input, and then the operation itself, tell the document.
    described: [Describe; 2],
    /// How long it may take until its answer begins.
    deadline: Duration,
    /// As which kind of problem it tells one of another kind.
    pub(crate) retold: fn(Kind) -> Kind,
    routes: Vec<Route>,
}

impl Operation {
    /// Tells the document about the operation.
    pub(crate) fn describe(&self, object: &mut OperationObject<'_>) {
        self.described.iter().for_each(|describe| describe(object));
    }

    /// The same, with that long until its answer begins.
    fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same, which tells bad fields as the older clients know them, in its answers and in the document.
    fn for_older_clients(self) -> Self {
        let retelling = |route: Route| route.wrap(from_fn(v1::bad_fields_are_bad_requests));
        Self { retold: v1::retold, routes: self.routes.into_iter().map(retelling).collect(), ..self }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} needs {:?}", self.method, self.path, self.needs)
    }
}

/// Where the console is, all of whose files count as one route.
pub const CONSOLE: &str = "/console/";

/// The path of the resource that a request came to, beside its data.
pub struct Pattern(pub &'static str);

/// All operations of the API, and of the adapter for clients of the older Ensemble, those of one path next to each other.
#[must_use]
pub fn operations() -> Vec<Operation> {
    root_operations().into_iter().chain(v1_operations()).collect()
}

fn root_operations() -> Vec<Operation> {
    vec![
        public(Method::GET, "/", home::home, openapi::service::home),
        public(Method::GET, "/livez", health::live, openapi::service::live),
        public(Method::GET, "/readyz", health::ready, openapi::service::ready),
        public(Method::GET, "/openapi.json", openapi::serve, openapi::service::document),
        public(Method::GET, "/docs", explorer::page, openapi::service::explorer),
        public(Method::GET, "/docs/{file}", explorer::file, openapi::service::explorer_file),
        public(Method::GET, "/problems/{name}", problem_pages::page, openapi::service::problem),
        permitted(Method::GET, "/me", me::me, openapi::service::me),
        permitted(Method::GET, "/actors", actors::list, openapi::actors::list),
        permitted(Method::POST, "/actors", actors::create, openapi::actors::create),
        // What has a name of its own stands before what has any name.
        permitted(Method::POST, "/actors/import", imports::actors, openapi::actors::import).within(imports::DEADLINE),
        permitted(Method::GET, "/actors/{id}", actors::get, openapi::actors::get),
        permitted(Method::PATCH, "/actors/{id}", actors::change, openapi::actors::change),
        permitted(Method::DELETE, "/actors/{id}", actors::delete, openapi::actors::delete),
        permitted(Method::POST, "/actors/{id}/restore", actors::restore, openapi::actors::restore),
        permitted(Method::GET, "/actors/{id}/filmography", castings::filmography, openapi::castings::filmography),
        permitted(Method::GET, "/actors/{id}/movies", castings::movies, openapi::castings::movies),
        permitted(Method::GET, "/actors/{id}/history", history::of_actor, openapi::history::of_actor),
        permitted(Method::GET, "/movies", movies::list, openapi::movies::list),
        permitted(Method::POST, "/movies", movies::create, openapi::movies::create),
        permitted(Method::POST, "/movies/import", imports::movies, openapi::movies::import).within(imports::DEADLINE),
        permitted(Method::GET, "/movies/{id}", movies::get, openapi::movies::get),
        permitted(Method::PATCH, "/movies/{id}", movies::change, openapi::movies::change),
        permitted(Method::DELETE, "/movies/{id}", movies::delete, openapi::movies::delete),
        permitted(Method::POST, "/movies/{id}/restore", movies::restore, openapi::movies::restore),
        permitted(Method::GET, "/movies/{id}/cast", castings::cast, openapi::castings::cast),
        permitted(Method::POST, "/movies/{id}/cast", castings::create, openapi::castings::create),
        permitted(Method::GET, "/movies/{id}/cast/{casting_id}", castings::get, openapi::castings::get),
        permitted(Method::PATCH, "/movies/{id}/cast/{casting_id}", castings::change, openapi::castings::change),
        permitted(Method::DELETE, "/movies/{id}/cast/{casting_id}", castings::delete, openapi::castings::delete),
        permitted(Method::GET, "/movies/{id}/actors", castings::actors, openapi::castings::actors),
        permitted(Method::PUT, "/movies/{id}/billing", castings::bill, openapi::castings::bill),
        permitted(Method::GET, "/movies/{id}/history", history::of_movie, openapi::history::of_movie),
        permitted(Method::GET, "/history", history::all, openapi::history::all),
    ]
}

fn v1_operations() -> Vec<Operation> {
    let operations = [
        permitted(Method::GET, "/api/v1/actors", v1::actors::list, openapi::v1::list_actors),
        permitted(Method::POST, "/api/v1/actors", v1::actors::create, openapi::v1::create_actor),
        permitted(Method::POST, "/api/v1/actors/search", v1::actors::search, openapi::v1::search_actors),
        permitted(Method::GET, "/api/v1/actors/{id}", v1::actors::get, openapi::v1::get_actor),
        permitted(Method::PATCH, "/api/v1/actors/{id}", v1::actors::change, openapi::v1::change_actor),
        permitted(Method::DELETE, "/api/v1/actors/{id}", v1::actors::delete, openapi::v1::delete_actor),
        permitted(Method::GET, "/api/v1/movies", v1::movies::list, openapi::v1::list_movies),
        permitted(Method::POST, "/api/v1/movies", v1::movies::create, openapi::v1::create_movie),
        permitted(Method::GET, "/api/v1/movies/{id}", v1::movies::get, openapi::v1::get_movie),
        permitted(Method::PATCH, "/api/v1/movies/{id}", v1::movies::change, openapi::v1::change_movie),
        permitted(Method::DELETE, "/api/v1/movies/{id}", v1::movies::delete, openapi::v1::delete_movie),
        permitted(Method::GET, "/api/v1/movies/{id}/actors", v1::movies::actors, openapi::v1::list_actors_of_movie),
    ];
    operations.into_iter().map(Operation::for_older_clients).collect()
}

/// The operation of the development issuer. It stands apart, since no page of another origin may ever read its answer.
#[must_use]
pub fn local_operation() -> Operation {
    public(Method::POST, "/local/token", local_token::issue, openapi::service::local_token)
}

/// What answers requests.
pub trait Serving:
    ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
{
}

impl<S> Serving for S where
    S: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
{
}

/// The whole application: the edge around everything, CORS around the API, a look at the target within it, and the watchdog around
/// each resource.
pub fn application(app: Data<App>, origins: &CorsOrigins) -> ActixApp<impl Serving + use<>> {
    let api = web::scope("").wrap(from_fn(checked)).wrap(cors(origins)).default_service(web::to(no_such_route));
    let console = |services: &mut ServiceConfig| app.console.iter().for_each(|routes| routes(services));
    let api = api.configure(console);
    let api = resources(operations()).into_iter().fold(api, Scope::service);
    let local = resources(app.local_tokens.is_some().then(local_operation).into_iter().collect());
    // Some targets, such as `*`, are not even a path.
    let application = ActixApp::new().app_data(app).default_service(web::to(no_such_route));
    let local = local.into_iter().map(|resource| resource.wrap(from_fn(checked)));
    local.fold(application, ActixApp::service).service(api).wrap(from_fn(edge))
}

/// Tells whether the path is the console's, or of one of its files.
pub fn is_of_console(path: &str) -> bool {
    path.strip_prefix(CONSOLE.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A handler that anybody may call.
fn public<F, Args>(method: Method, path: &'static str, handler: F, described: Describe) -> Operation
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    operation(method, path, None, handler, [|_| (), described])
}

/// A handler that is called with proof: what the operation needs is what its permit stands for.
fn permitted<F, R, I>(method: Method, path: &'static str, handler: F, described: Describe) -> Operation
where
    F: Handler<(Data<App>, Permitted<R, I>), Output: Responder + 'static>,
    R: Requirement + 'static,
    I: Input + 'static,
{
    let input = |object: &mut OperationObject<'_>| {
        I::describe(object);
        object.query(I::PARAMETERS);
    };
    operation(method, path, Some(R::NEEDS), handler, [input, described])
}

fn operation<F, Args>(
    method: Method,
    path: &'static str,
    needs: Option<Permissions>,
    handler: F,
    described: [Describe; 2],
) -> Operation
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    let head = (method == Method::GET).then(|| web::head().to(handler.clone()));
    let routes = head.into_iter().chain([web::method(method.clone()).to(handler)]).collect();
    Operation { method, path, needs, described, deadline: DEADLINE, retold: |kind| kind, routes }
}

/// One resource a path, which also knows what to say to the other methods.
fn resources(operations: Vec<Operation>) -> Vec<Resource<impl Serving>> {
    let mut paths: Vec<(&'static str, Vec<Operation>)> = Vec::new();
    for operation in operations {
        match paths.last_mut() {
            Some((path, of_path)) if *path == operation.path => of_path.push(operation),
            _ => paths.push((operation.path, vec![operation])),
        }
    }
    paths.into_iter().map(|(path, operations)| resource(path, operations)).collect()
}

fn resource(path: &'static str, operations: Vec<Operation>) -> Resource<impl Serving> {
    let mut methods: Vec<_> = operations.iter().map(|operation| operation.method.to_string()).collect();
    if operations.iter().any(|operation| operation.method == Method::GET) {
        methods.push(Method::HEAD.to_string());
    }
    methods.push(Method::OPTIONS.to_string());
    let allow = methods.join(", ");
    let deadline = operations.iter().map(|operation| operation.deadline).max().unwrap_or(DEADLINE);
    let routes = operations.into_iter().flat_map(|operation| operation.routes);
    let resource = routes.fold(web::resource(path).app_data(Pattern(path)), Resource::route);
    let others = web::to(move |request: HttpRequest| std::future::ready(other_method(&request, &allow)));
    resource.default_service(others).wrap(from_fn(move |request, next| watchdog(deadline, request, next)))
}

fn other_method(request: &HttpRequest, allow: &str) -> Result<HttpResponse, Problem> {
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish());
    }
    let method = Some(request.method().as_str()).filter(|method| may_be_repeated(method)).unwrap_or("this method");
    let detail = format!("{method} is not allowed here; there are {allow}");
    Err(Problem::new(Kind::MethodNotAllowed, detail).with_header(header::ALLOW, allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_they_alone_may_take_long() {
        let long = operations().into_iter().filter(|operation| operation.deadline > DEADLINE);
        let long: Vec<_> = long.map(|operation| (operation.path, operation.deadline)).collect();
        assert_eq!(long, ["/actors/import", "/movies/import"].map(|path| (path, imports::DEADLINE)));
    }
}
