//! Names, UUIDs and lists.

use super::*;
use crate::domain::facts::Facts;
use crate::domain::snapshot::Definition;

async fn registry(root: &tempfile::TempDir) -> Arc<Registry> {
    let paths = Paths::rooted(root.path());
    let setup = Setup::new(paths, Path::new("/nowhere/vireo-vmm"));
    Registry::load(setup, Arc::new(Hub::default())).await.unwrap()
}

fn defined(registry: &Registry, name: &str) -> Arc<Domain> {
    let domain = registry.admit(name, Uuid::new_v4()).unwrap();
    let facts = Facts {
        memory_kib: 1,
        current_kib: 1,
        vcpus: 1,
        vcpus_max: 1,
        secrets: false,
        balloon: false,
        disks: Box::default(),
    };
    let definition = Some(Arc::new(Definition::with_text(facts, "<domain/>")));
    registry.publish(&domain, Snapshot { definition, ..Snapshot::nothing(name.into()) });
    domain
}

#[tokio::test]
async fn a_name_and_a_uuid_belong_together() {
    let root = tempfile::tempdir().unwrap();
    let registry = registry(&root).await;
    let web = defined(&registry, "web");
    let uuid = web.uuid();
    assert!(Arc::ptr_eq(&registry.admit("web", uuid).unwrap(), &web));
    let other = Uuid::new_v4();
    assert_eq!(
        registry.admit("web", other).unwrap_err().message(),
        format!("operation failed: domain 'web' already exists with uuid {uuid}")
    );
    assert_eq!(
        registry.admit("mail", uuid).unwrap_err().message(),
        format!("operation failed: domain 'web' is already defined with uuid {uuid}")
    );
}

#[tokio::test]
async fn what_is_not_yet_defined_is_not_seen_and_keeps_its_name() {
    let root = tempfile::tempdir().unwrap();
    let registry = registry(&root).await;
    let web = registry.admit("web", Uuid::new_v4()).unwrap();
    assert!(registry.by_name("web").is_none());
    assert!(registry.by_uuid(web.uuid()).is_none());
    assert_eq!(registry.count(|_| true), 0);
    assert!(registry.admit("web", Uuid::new_v4()).is_err());
    registry.withdraw(&web);
    assert!(registry.admit("web", Uuid::new_v4()).is_ok());
    assert!(!registry.holds(&web));
}

#[tokio::test]
async fn lists_begin_with_the_guests_and_are_in_order() {
    let root = tempfile::tempdir().unwrap();
    let registry = registry(&root).await;
    let domains: Vec<_> = ["d", "a", "c", "b"].iter().map(|name| defined(&registry, name)).collect();
    for index in [2, 0] {
        let snapshot =
            Snapshot { id: Some(registry.next_id()), ..Snapshot::clone(&domains[index].snapshot()) };
        registry.publish(&domains[index], snapshot);
    }
    let names: Vec<_> = registry.list(|_| true).iter().map(|(_, found)| found.name.to_string()).collect();
    assert_eq!(names, ["c", "d", "a", "b"]);
    assert_eq!(registry.active_ids(), [1, 2]);
    assert_eq!(&*registry.by_id(2).unwrap().1.name, "d");
    let snapshot = Snapshot { id: None, ..Snapshot::clone(&domains[0].snapshot()) };
    registry.publish(&domains[0], snapshot);
    assert!(registry.by_id(2).is_none());
    assert_eq!(registry.count_active(), 1);
}

#[tokio::test]
async fn a_domain_that_ceases_to_exist_frees_its_name() {
    let root = tempfile::tempdir().unwrap();
    let registry = registry(&root).await;
    let web = defined(&registry, "web");
    registry.publish(&web, Snapshot::nothing("web".into()));
    assert!(registry.by_name("web").is_none());
    defined(&registry, "web");
    assert!(!registry.holds(&web));
    assert_eq!(registry.count(|_| true), 1);
}
