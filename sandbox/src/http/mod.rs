//! The server: its thread, its routes, and how it starts and stops.

use std::{io, net::TcpListener, path::PathBuf, pin::Pin, sync::Arc, thread, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    rt::{self, System},
    web,
};
use tokio::{sync::oneshot, time::sleep};
use tracing::warn;

use crate::{
    program::{Order, ProgramHandle},
    state::{Shared, saving},
};

mod bot;
mod deliver;
mod events;
mod page;
mod people;
mod trouble;

/// Changes are written to the state file this long after the first of them.
const SAVING_DELAY: Duration = Duration::from_millis(500);

/// A connection is kept this long, so that none is closed under a client that is about to use it.
const IDLE_CONNECTION: Duration = Duration::from_secs(600);

/// What the server is made of.
pub(crate) struct Start {
    pub(crate) listener: TcpListener,
    pub(crate) shared: Arc<Shared>,
    pub(crate) program: ProgramHandle,
    /// The task that owns the program.
    pub(crate) keeper: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(crate) token: String,
    pub(crate) state_file: Option<PathBuf>,
    pub(crate) webhook_pause: Duration,
}

/// What every handler gets.
#[derive(Clone)]
pub(crate) struct Context {
    shared: Arc<Shared>,
    program: ProgramHandle,
    token: Arc<str>,
}

/// A server that runs on its own threads.
pub(crate) struct Running {
    server: ServerHandle,
    /// Closed when the thread is through.
    ended: Option<oneshot::Receiver<()>>,
}

impl Running {
    /// Stops the server and waits until the last thing it does is done.
    pub(crate) async fn stop(mut self) {
        self.server.stop(false).await;
        if let Some(ended) = self.ended.take() {
            // It is never sent to, only closed.
            let _ = ended.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The order is given here; waiting for its end is what the future is for.
        drop(self.server.stop(false));
    }
}

/// Starts the server. It has a thread and an actix system of its own, so it makes no difference what
/// runtime the caller is in.
pub(crate) async fn start(start: Start) -> io::Result<Running> {
    let (started, running) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    thread::Builder::new()
        .name("sandbox".to_owned())
        .spawn(move || {
            System::new().block_on(serve(start, started));
            drop(end);
        })?;
    let server = running
        .await
        .map_err(|_| io::Error::other("the thread of the server ended while it started"))??;
    Ok(Running {
        server,
        ended: Some(ended),
    })
}

async fn serve(start: Start, started: oneshot::Sender<io::Result<ServerHandle>>) {
    let Start {
        listener,
        shared,
        program,
        keeper,
        token,
        state_file,
        webhook_pause,
    } = start;
    let context = Context {
        shared: shared.clone(),
        program: program.clone(),
        token: token.into(),
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(context.clone()))
            .configure(|config| bot::routes(config, &context.token))
            .service(
                web::scope("/sandbox")
                    .wrap(from_fn(page::only_from_here))
                    .configure(people::routes)
                    .configure(trouble::routes),
            )
            .configure(page::routes)
            .default_service(web::to(|| async {
                bot::response(crate::bot_api::not_found())
            }))
    })
    .workers(1)
    .disable_signals()
    .keep_alive(IDLE_CONNECTION)
    .client_request_timeout(IDLE_CONNECTION)
    .listen(listener);
    let server = match server {
        Ok(server) => server.run(),
        Err(error) => {
            drop(started.send(Err(error)));
            return;
        }
    };
    let keeper = rt::spawn(keeper);
    let deliverer = rt::spawn(deliver::deliver(shared.clone(), webhook_pause));
    let (stop_saving, saving_stopped) = oneshot::channel();
    let saver = rt::spawn(save_changes(shared, state_file, saving_stopped));
    drop(started.send(Ok(server.handle())));
    if let Err(error) = server.await {
        warn!(%error, "the server of the sandbox failed");
    }
    deliverer.abort();
    if let Err(error) = program.order(Order::Retire).await {
        warn!(%error, "the program was not ended");
    }
    drop(stop_saving);
    for task in [keeper, saver] {
        if let Err(error) = task.await {
            warn!(%error, "a task of the sandbox failed");
        }
    }
}

/// Writes the state file after changes and once more when told to stop.
async fn save_changes(shared: Arc<Shared>, file: Option<PathBuf>, mut stop: oneshot::Receiver<()>) {
    let Some(file) = file else {
        return;
    };
    let mut revisions = shared.revisions();
    // What happened before this task came to run is news, too.
    revisions.mark_changed();
    loop {
        let stopping = tokio::select! {
            changed = revisions.changed() => match changed {
                Ok(()) => tokio::select! {
                    () = sleep(SAVING_DELAY) => false,
                    _ = &mut stop => true,
                },
                Err(_) => true,
            },
            _ = &mut stop => true,
        };
        revisions.mark_unchanged();
        save(&shared, file.clone()).await;
        if stopping {
            return;
        }
    }
}

async fn save(shared: &Shared, file: PathBuf) {
    let path = file.clone();
    // Calls wait while the world is copied, not while it is written out.
    let world = shared.read(|state| state.world.clone());
    let saved = match web::block(move || saving::store(&path, &world)).await {
        Ok(stored) => stored,
        Err(error) => Err(io::Error::other(error)),
    };
    if let Err(error) = saved {
        warn!(%error, file = %file.display(), "the state of the sandbox is not saved");
    }
}

/// `{"error": "…"}` with a status.
fn failure(status: actix_web::http::StatusCode, words: &str) -> HttpResponse {
    HttpResponse::build(status).json(serde_json::json!({ "error": words }))
}
