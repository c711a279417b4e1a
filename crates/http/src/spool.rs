//! Bodies that are too large for the memory: they wait in a file, so that no transaction waits for a client.

use std::{
    fs::File,
    io::{self, Seek, Write},
    time::Duration,
};

use actix_web::{HttpRequest, dev::Payload};
use aws_lc_rs::digest::{Context, SHA256};
use ensemble_domain::{Fault, FaultCode, StoreError};
use serde_json::json;

use crate::{
    App, Blocking,
    body::{Arriving, check_media_type, in_time},
    input::Input,
    openapi::{OperationObject, scalar},
    problem::{Kind, Problem},
    query::{Parameter, Parameters},
};

/// The most bytes of a file that is imported.
const LIMIT: usize = 32 * 1024 * 1024;
/// How long it may take to arrive.
const DEADLINE: Duration = Duration::from_mins(5);
/// How much of it is written at once.
const PIECE: usize = 1024 * 1024;

/// A CSV file that arrived whole, and whether it is to be checked only.
pub struct CsvBody {
    /// It has no name, and is gone when it is closed.
    file: File,
    pub dry_run: bool,
    digest: Vec<u8>,
}

impl Input for CsvBody {
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new("dry_run", "Whether the file is to be checked only", scalar::boolean)];

    async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        let app = App::of(request)?;
        let dry_run = Parameters::of(request.query_string()).single("dry_run", |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Fault::new(FaultCode::Format, "must be one of true, false")),
        })?;
        check_media_type(request, &["text/csv"])?;
        let arriving = Arriving::of(request, payload, LIMIT)?;
        let (file, digest) = in_time(DEADLINE, spool(&app.blocking, arriving)).await?;
        Ok(Self { file, dry_run: dry_run.unwrap_or(false), digest })
    }

    fn describe(operation: &mut OperationObject<'_>) {
        operation.body(&["text/csv"], &json!({"type": "string"}));
        operation.refuses(&[Kind::InvalidRequest, Kind::MalformedRequest, Kind::InvalidFields]);
    }

    fn content(&self) -> Result<Vec<u8>, Problem> {
        Ok([&[u8::from(self.dry_run)], &*self.digest].concat())
    }
}

/// Writes a body to a file as it arrives, and answers the file and the digest of what is in it.
async fn spool(blocking: &Blocking, mut arriving: Arriving<'_>) -> Result<(File, Vec<u8>), Problem> {
    let (mut file, mut digest, mut piece) = (None, Context::new(&SHA256), Vec::new());
    while let Some(bytes) = arriving.next().await? {
        digest.update(&bytes);
        piece.extend_from_slice(&bytes);
        if piece.len() >= PIECE {
            file = Some(write(blocking, file, std::mem::take(&mut piece)).await?);
        }
    }
    Ok((write(blocking, file, piece).await?, digest.finish().as_ref().to_vec()))
}

async fn write(blocking: &Blocking, file: Option<File>, piece: Vec<u8>) -> Result<File, Problem> {
    let write = move || -> io::Result<File> {
        let mut file = file.map_or_else(tempfile::tempfile, Ok)?;
        file.write_all(&piece)?;
        Ok(file)
    };
    Ok(blocking.run(move || write().map_err(|error| StoreError::Failed(error.into()).into())).await?)
}

impl CsvBody {
    /// The file, from its beginning.
    pub fn rewound(mut self) -> io::Result<File> {
        self.file.rewind()?;
        Ok(self.file)
    }
}
