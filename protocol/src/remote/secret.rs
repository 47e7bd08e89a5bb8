//! Secrets.

use crate::remote::NonnullSecret;
use crate::remote::limits::{SECRET_LIST_MAX, SECRET_VALUE_MAX};

wire! {
    ConnectNumOfSecretsRet { num: i32 }
    ConnectListSecretsArgs { maxuuids: i32 }
    ConnectListSecretsRet { uuids: Vec<String>[SECRET_LIST_MAX] }
    SecretLookupByUuidArgs { uuid: [u8; 16] }
    SecretLookupByUuidRet { secret: NonnullSecret }
    SecretDefineXmlArgs { xml: String, flags: u32 }
    SecretDefineXmlRet { secret: NonnullSecret }
    SecretGetXmlDescArgs { secret: NonnullSecret, flags: u32 }
    SecretGetXmlDescRet { xml: String }
    SecretSetValueArgs { secret: NonnullSecret, value: Vec<u8>[SECRET_VALUE_MAX], flags: u32 }
    SecretGetValueArgs { secret: NonnullSecret, flags: u32 }
    SecretGetValueRet { value: Vec<u8>[SECRET_VALUE_MAX] }
    SecretUndefineArgs { secret: NonnullSecret }
    SecretLookupByUsageArgs { usage_type: i32, usage_id: String }
    SecretLookupByUsageRet { secret: NonnullSecret }
    ConnectListAllSecretsArgs { need_results: i32, flags: u32 }
    ConnectListAllSecretsRet { secrets: Vec<NonnullSecret>[SECRET_LIST_MAX], ret: u32 }
    ConnectSecretEventRegisterAnyArgs { event_id: i32, secret: Option<NonnullSecret> }
    ConnectSecretEventRegisterAnyRet { callback_id: i32 }
    ConnectSecretEventDeregisterAnyArgs { callback_id: i32 }
    SecretEventLifecycleMsg { callback_id: i32, secret: NonnullSecret, event: i32, detail: i32 }
    SecretEventValueChangedMsg { callback_id: i32, secret: NonnullSecret }
}
