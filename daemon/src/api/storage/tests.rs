//! Pools and volumes through their calls: what is shown, who is told, what outlives the daemon.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vireo_protocol::remote::*;

use super::*;
use crate::config::Config;
use crate::daemon::Daemon;
use crate::domain::{Setup, fake};
use crate::error::ErrorCode;
use crate::host::Host;
use crate::identity::Identity;
use crate::paths::Paths;
use crate::rpc::ClientHandle;

/// A daemon, and a client that calls it.
struct Fixture {
    root: tempfile::TempDir,
    daemon: Arc<Daemon>,
}

impl Fixture {
    async fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        Paths::rooted(root.path()).create().unwrap();
        let daemon = daemon(root.path()).await;
        Self { root, daemon }
    }

    /// Another daemon on the same files, as after a crash of the first.
    async fn again(self) -> Self {
        let daemon = daemon(self.root.path()).await;
        Self { daemon, ..self }
    }

    fn call(&self) -> Call {
        let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
        let identity = Identity::of_peer(&socket).unwrap();
        Call::new(ClientHandle::new(self.daemon.clone(), identity, false), 0, 1, Vec::new())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn xml(&self, name: &str) -> String {
        let path = self.folder(name);
        let path = path.display();
        format!("<pool type='dir'><name>{name}</name><target><path>{path}</path></target></pool>")
    }

    async fn define(&self, name: &str) -> NonnullStoragePool {
        let args = StoragePoolDefineXmlArgs { xml: self.xml(name), flags: 0 };
        storage_pool_define_xml(&self.call(), args).await.unwrap().pool
    }

    /// An active pool without a definition, of a new folder.
    async fn transient(&self, name: &str) -> NonnullStoragePool {
        let args = StoragePoolCreateXmlArgs { xml: self.xml(name), flags: 1 };
        storage_pool_create_xml(&self.call(), args).await.unwrap().pool
    }

    async fn volume(
        &self,
        pool: &NonnullStoragePool,
        name: &str,
        capacity: u64,
    ) -> Result<NonnullStorageVol> {
        let xml = format!(
            "<volume><name>{name}</name><capacity>{capacity}</capacity><allocation>0</allocation></volume>"
        );
        let args = StorageVolCreateXmlArgs { pool: pool.clone(), xml, flags: 0 };
        storage_vol_create_xml(&self.call(), args).await.map(|answer| answer.vol)
    }

    async fn names(&self, flags: u32) -> Vec<String> {
        let args = ConnectListAllStoragePoolsArgs { need_results: 1, flags };
        let all = connect_list_all_storage_pools(&self.call(), args).await.unwrap().pools;
        all.into_iter().map(|pool| pool.name).collect()
    }

    async fn volumes(&self, pool: &NonnullStoragePool) -> Vec<String> {
        let args = StoragePoolListVolumesArgs { pool: pool.clone(), maxnames: 99 };
        storage_pool_list_volumes(&self.call(), args).await.unwrap().names
    }
}

async fn daemon(root: &Path) -> Arc<Daemon> {
    let paths = Paths::rooted(root);
    let setup = Setup { program: fake::program(root), guest_user: None, ..Setup::new(paths, Path::new("")) };
    let host = Arc::new(Host::new("/nowhere/vireo-vmm"));
    Daemon::start_with(setup, host, Config::default(), false).await.unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> (ErrorCode, String) {
    let error = outcome.unwrap_err();
    assert!(matches!(error.domain(), ErrorDomain::Storage | ErrorDomain::None), "{:?}", error.domain());
    (error.code(), error.message().to_owned())
}

#[tokio::test]
async fn a_pool_is_defined_built_started_stopped_and_forgotten() {
    let server = Fixture::new().await;
    let (pool, call) = (server.define("images").await, server.call());
    let create =
        async || storage_pool_create(&call, StoragePoolCreateArgs { pool: pool.clone(), flags: 0 }).await;
    assert_eq!(refused(create().await).0, ErrorCode::SystemError);
    assert_eq!((server.names(1).await, server.names(2).await), (vec!["images".into()], vec![]));
    storage_pool_build(&call, StoragePoolBuildArgs { pool: pool.clone(), flags: 0 }).await.unwrap();
    create().await.unwrap();
    assert_eq!((server.names(1).await, server.names(2).await), (vec![], vec!["images".into()]));
    let active = "Requested operation is not valid: storage pool 'images' is already active".to_owned();
    assert_eq!(refused(create().await), (ErrorCode::OperationInvalid, active));
    let info = storage_pool_get_info(&call, StoragePoolGetInfoArgs { pool: pool.clone() }).await.unwrap();
    assert_eq!((info.state, info.capacity > 0), (2, true));
    let undefine =
        async || storage_pool_undefine(&call, StoragePoolUndefineArgs { pool: pool.clone() }).await;
    assert!(refused(undefine().await).1.ends_with("storage pool 'images' is still active"));
    storage_pool_destroy(&call, StoragePoolDestroyArgs { pool: pool.clone() }).await.unwrap();
    storage_pool_delete(&call, StoragePoolDeleteArgs { pool: pool.clone(), flags: 0 }).await.unwrap();
    undefine().await.unwrap();
    assert_eq!(refused(undefine().await).0, ErrorCode::NoStoragePool);
    assert!(server.names(0).await.is_empty() && !server.folder("images").exists());
}

#[tokio::test]
async fn names_uuids_and_folders_are_one_pools() {
    let server = Fixture::new().await;
    let (pool, call) = (server.define("images").await, server.call());
    let define = async |xml: String| {
        refused(storage_pool_define_xml(&call, StoragePoolDefineXmlArgs { xml, flags: 0 }).await).1
    };
    let uuid = uuid::Uuid::from_bytes(pool.uuid);
    let with_uuid = server.xml("images").replace("<target>", &format!("<uuid>{uuid}</uuid><target>"));
    assert!(
        define(server.xml("images"))
            .await
            .ends_with(&format!("pool 'images' already exists with uuid {uuid}"))
    );
    let other_name = with_uuid.replace("<name>images", "<name>other");
    assert!(
        define(other_name).await.ends_with(&format!("pool 'images' is already defined with uuid {uuid}"))
    );
    let other = server.xml("images").replace("<name>images", "<name>other");
    assert!(define(other).await.ends_with("Storage source conflict with pool: 'images'"));
    storage_pool_define_xml(&call, StoragePoolDefineXmlArgs { xml: with_uuid, flags: 0 }).await.unwrap();
    assert_eq!(server.names(0).await, ["images"]);
}

#[tokio::test]
async fn a_pool_without_a_definition_ends_with_its_stop_or_its_folder() {
    let server = Fixture::new().await;
    let call = server.call();
    let pool = server.transient("one").await;
    let autostart = StoragePoolSetAutostartArgs { pool: pool.clone(), autostart: 1 };
    assert!(
        refused(storage_pool_set_autostart(&call, autostart).await).1.ends_with("pool has no config file")
    );
    storage_pool_destroy(&call, StoragePoolDestroyArgs { pool }).await.unwrap();
    let pool = server.transient("two").await;
    fs::remove_dir(server.folder("two")).unwrap();
    let refresh = StoragePoolRefreshArgs { pool: pool.clone(), flags: 0 };
    assert!(refused(storage_pool_refresh(&call, refresh).await).1.starts_with("cannot open directory '"));
    assert!(server.names(0).await.is_empty());
    // One that could not be started was never there.
    let args = StoragePoolCreateXmlArgs { xml: server.xml("three"), flags: 0 };
    refused(storage_pool_create_xml(&call, args).await);
    assert!(server.names(0).await.is_empty());
}

#[tokio::test]
async fn volumes_are_made_found_changed_and_removed() {
    let server = Fixture::new().await;
    let (pool, call) = (server.transient("images").await, server.call());
    let vol = server.volume(&pool, "disk", 4096).await.unwrap();
    let path = server.folder("images").join("disk").display().to_string();
    assert_eq!((&*vol.pool, &*vol.name, &vol.key), ("images", "disk", &path));
    let exists = "storage volume 'disk' exists already".to_owned();
    assert_eq!(refused(server.volume(&pool, "disk", 1).await), (ErrorCode::StorageVolExist, exists));
    let slashes = path.replacen('/', "///", 2);
    let by_path = storage_vol_lookup_by_path(&call, StorageVolLookupByPathArgs { path: slashes }).await;
    assert_eq!(by_path.unwrap().vol, vol);
    let by_key = storage_vol_lookup_by_key(&call, StorageVolLookupByKeyArgs { key: path.clone() }).await;
    assert_eq!(by_key.unwrap().vol, vol);
    let resize = async |capacity, flags| {
        storage_vol_resize(&call, StorageVolResizeArgs { vol: vol.clone(), capacity, flags }).await
    };
    let info = async || storage_vol_get_info(&call, StorageVolGetInfoArgs { vol: vol.clone() }).await;
    resize(4096, 2).await.unwrap();
    assert_eq!(info().await.unwrap().capacity, 8192);
    assert!(refused(resize(1, 0).await).1.contains("unless shrink flag"));
    resize(8191, 6).await.unwrap();
    assert_eq!(info().await.unwrap().capacity, 1);
    // What is written past the daemon is seen without a refresh.
    fs::write(&path, [1; 5000]).unwrap();
    assert_eq!(info().await.unwrap().capacity, 5000);
    let copy = "<volume><name>copy</name></volume>".to_owned();
    let args = StorageVolCreateXmlFromArgs { pool: pool.clone(), xml: copy, clonevol: vol.clone(), flags: 0 };
    storage_vol_create_xml_from(&call, args).await.unwrap();
    assert_eq!(fs::read(server.folder("images").join("copy")).unwrap(), [1; 5000]);
    assert_eq!(server.volumes(&pool).await, ["copy", "disk"]);
    storage_vol_delete(&call, StorageVolDeleteArgs { vol: vol.clone(), flags: 0 }).await.unwrap();
    assert_eq!(refused(info().await).0, ErrorCode::NoStorageVol);
    assert_eq!(server.volumes(&pool).await, ["copy"]);
}

#[tokio::test]
async fn many_volumes_made_at_once_are_all_there() {
    let server = Fixture::new().await;
    let pool = server.transient("images").await;
    let names: Vec<_> = (10..40).map(|number| format!("v{number}")).collect();
    let all = names.iter().map(|name| server.volume(&pool, name, 1));
    let mut making: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        making.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if making.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    assert_eq!(server.volumes(&pool).await, names);
}

#[tokio::test]
async fn pools_outlive_the_daemon() {
    let server = Fixture::new().await;
    let call = server.call();
    let kept = server.define("kept").await;
    storage_pool_create(&call, StoragePoolCreateArgs { pool: kept.clone(), flags: 1 }).await.unwrap();
    storage_pool_set_autostart(&call, StoragePoolSetAutostartArgs { pool: kept.clone(), autostart: 1 })
        .await
        .unwrap();
    let passing = server.transient("passing").await;
    let lost = server.transient("lost").await;
    server.define("off").await;
    server.volume(&passing, "disk", 1).await.unwrap();
    fs::remove_dir(server.folder("lost")).unwrap();
    drop(call);
    let server = server.again().await;
    assert_eq!(server.names(0).await, ["kept", "off", "passing"]);
    assert_eq!(server.names(2).await, ["kept", "passing"]);
    assert_eq!(
        (server.names(1 << 4).await, server.names(1 << 3).await),
        (vec!["kept".into()], vec!["passing".into()])
    );
    assert_eq!(server.volumes(&passing).await, ["disk"]);
    // A pool that was stopped stays so, in the same boot.
    storage_pool_destroy(&server.call(), StoragePoolDestroyArgs { pool: kept }).await.unwrap();
    let server = server.again().await;
    assert_eq!(server.names(2).await, ["passing"]);
    let gone = StoragePoolIsActiveArgs { pool: lost };
    assert_eq!(refused(storage_pool_is_active(&server.call(), gone).await).0, ErrorCode::NoStoragePool);
}

#[tokio::test]
async fn what_is_derived_is_shown_of_active_pools_only() {
    let server = Fixture::new().await;
    let (pool, call) = (server.define("images").await, server.call());
    let xml = async |flags| {
        let args = StoragePoolGetXmlDescArgs { pool: pool.clone(), flags };
        storage_pool_get_xml_desc(&call, args).await.unwrap().xml
    };
    let before = xml(0).await;
    storage_pool_create(&call, StoragePoolCreateArgs { pool: pool.clone(), flags: 1 }).await.unwrap();
    assert!(xml(0).await.contains("<mode>0711</mode>"));
    assert_eq!(xml(1).await, before);
    storage_pool_destroy(&call, StoragePoolDestroyArgs { pool: pool.clone() }).await.unwrap();
    assert_eq!(xml(0).await, before);
}
