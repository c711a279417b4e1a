//! Who acts when a command, rather than a request, uses a use-case: the operator at the shell, who may do everything.

use ensemble_domain::{Caller, Permissions, Permit, RequestId, Requirement, Subject};

use crate::failure::Failure;

/// A permit for the operator, in the name of that command.
pub fn permit<R: Requirement>(command: &str) -> Result<Permit<R>, Failure> {
    let caller = Subject::parse("operator").zip(RequestId::parse(&format!("ensemble-{command}")));
    let (subject, request_id) = caller.ok_or_else(|| Failure::Other(format!("{command} is no name for a request")))?;
    let caller = Caller::new(subject, Permissions::ALL, request_id);
    caller.permit().map_err(|denied| Failure::because("the operator", &denied))
}
