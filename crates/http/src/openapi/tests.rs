use std::collections::BTreeSet;

use actix_web::http::Method;

use super::*;
use crate::{
    actors::ActorBody,
    castings::{BillingBody, CastingBody, NewCastingBody},
    json::Body,
    local_token::RoleBody,
    movies::MovieBody,
    problem::Kind,
    v1::{SearchBody, WrappedActor, WrappedMovie},
};

/// Every operation of the document, with its path.
fn told() -> Vec<(String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, methods): (&String, &Value)| -> Vec<_> {
        let methods = methods.as_object().unwrap().iter();
        methods.map(|(method, object)| (format!("{method} {path}"), object.clone())).collect()
    };
    paths.flat_map(of_path).collect()
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_a_known_tag() {
    let document = document();
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut names = BTreeSet::new();
    for (operation, object) in told() {
        assert!(names.insert(object["operationId"].as_str().unwrap().to_owned()), "{operation}");
        assert!(!object["summary"].as_str().unwrap().is_empty(), "{operation}");
        assert!(tags.contains(&&object["tags"][0]), "{operation}");
    }
}

#[test]
fn a_body_has_the_members_that_are_read_and_no_others() {
    fn assert_told<T: Body>(method: &Method) {
        let (name, schema) = T::schema(method);
        let told: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(told, T::MEMBERS.iter().copied().collect(), "{name}");
    }
    for method in [Method::POST, Method::PATCH] {
        assert_told::<ActorBody>(&method);
        assert_told::<MovieBody>(&method);
        assert_told::<WrappedActor>(&method);
        assert_told::<WrappedMovie>(&method);
    }
    assert_told::<NewCastingBody>(&Method::POST);
    assert_told::<CastingBody>(&Method::PATCH);
    assert_told::<BillingBody>(&Method::PUT);
    assert_told::<RoleBody>(&Method::POST);
    assert_told::<SearchBody>(&Method::POST);
}

#[test]
fn every_kind_of_problem_is_told_by_an_operation_with_its_example() {
    let told = told();
    let responses = told.iter().flat_map(|(_, object)| object["responses"].as_object().unwrap());
    let examples = responses.flat_map(|(status, response)| {
        let problems = response["content"]["application/problem+json"]["examples"].as_object();
        problems.into_iter().flat_map(|problems| problems.keys()).map(move |name| (name.as_str(), status.as_str()))
    });
    let told: BTreeSet<_> = examples.map(|(name, status)| format!("{name} {status}")).collect();
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::MethodNotAllowed);
    assert_eq!(told, kinds.map(|kind| format!("{} {}", kind.name(), kind.status().as_u16())).collect());
}

#[test]
fn every_member_of_a_problem_is_told() {
    let document = document();
    let told = document["components"]["schemas"]["Problem"]["properties"].as_object().unwrap();
    for (kind, example) in document["components"]["examples"].as_object().unwrap() {
        let members = example["value"].as_object().unwrap().keys();
        let untold: Vec<_> = members.filter(|member| !told.contains_key(*member)).collect();
        assert!(untold.is_empty(), "{kind}: {untold:?}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
    let broken: BTreeSet<_> = references.filter(|pointer| document.pointer(pointer).is_none()).collect();
    assert_eq!(broken, BTreeSet::new());
}

/// The ids that stand in a path.
fn ids_of(path: &str) -> BTreeSet<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn what_was_made_leads_to_whatever_can_be_done_with_it_alone() {
    let told = told();
    let made = |(operation, object): &(String, Value)| {
        let links = object["responses"].get("201")?["links"].as_object().unwrap().clone();
        Some((operation.strip_prefix("post ").unwrap().to_owned(), links))
    };
    let makers: Vec<_> = told.iter().filter_map(made).collect();
    assert!(!makers.is_empty());
    for (path, links) in makers {
        for (name, link) in &links {
            let (target, _) = told.iter().find(|(_, object)| object["operationId"] == *name).unwrap();
            let given = link["parameters"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(ids_of(target), given, "POST {path}: {name}");
        }
        for method in ["get", "patch", "delete"] {
            let one = told.iter().find(|(target, _)| {
                let rest = target.strip_prefix(&format!("{method} {path}/{{"));
                rest.is_some_and(|rest| rest.ends_with('}') && !rest.contains('/'))
            });
            let name = one.unwrap().1["operationId"].as_str().unwrap();
            assert!(links.contains_key(name), "POST {path}: {name}");
        }
    }
}
