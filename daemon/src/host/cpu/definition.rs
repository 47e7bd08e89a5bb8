//! A CPU as a client describes it: a host's, as capabilities tell it, or a guest's, as a domain's definition does.

use super::features::{FeatureSet, lookup};
use super::models::{self, Model, Vendor};
use crate::error::{Error, ErrorDomain, Result};
use crate::xml::words;

/// Whose CPU is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host's: what it has.
    Host,
    /// A guest's: what is asked for.
    Guest,
}

words! {
    /// What a guest asks of a feature.
    pub enum Policy {
        /// Shown whether the host has it or not.
        Force = "force",
        /// The host must have it.
        Require = "require",
        /// Shown where the host has it.
        Optional = "optional",
        /// Hidden.
        Disable = "disable",
        /// The host must not have it.
        Forbid = "forbid",
    }
}

words! {
    /// How much more than is asked for the host may have.
    pub enum Match {
        /// Anything.
        Minimum = "minimum",
        /// Anything, hidden from the guest.
        Exact = "exact",
        /// Nothing.
        Strict = "strict",
    }
}

/// A described CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Whose.
    pub kind: Kind,
    /// Architecture, of a host's.
    pub arch: Option<String>,
    /// The model's name; a guest's may be left out.
    pub model: Option<String>,
    /// The vendor's name.
    pub vendor: Option<String>,
    /// The host must have no more than is asked for (`match='strict'`).
    pub strict: bool,
    /// Features beside the model; a host's are all [`Policy::Require`].
    pub features: Vec<(String, Policy)>,
}

impl Definition {
    /// Whether its architecture is one that this host can run.
    pub fn is_x86(&self) -> bool {
        self.arch.as_deref().is_none_or(|arch| matches!(arch, "x86_64" | "i686"))
    }

    /// The model, if one is named.
    pub fn find_model(&self) -> Result<Option<&'static Model>> {
        let Some(name) = &self.model else { return Ok(None) };
        models::find(name).map(Some).ok_or_else(|| unknown(format_args!("Unknown CPU model {name}")))
    }

    /// The features that have this policy; the model's own are required.
    pub fn of_policy(&self, policy: Policy) -> Result<FeatureSet> {
        let mut set = FeatureSet::default();
        let model = self.find_model()?;
        if policy == Policy::Require
            && let Some(model) = model
        {
            set = model.features();
        }
        for (name, of) in &self.features {
            if *of == policy {
                set.insert(find(name)?);
            }
        }
        Ok(set)
    }

    /// Everything that such a CPU has.
    pub fn all(&self) -> Result<FeatureSet> {
        let mut set = self.find_model()?.map(Model::features).unwrap_or_default();
        for (name, policy) in &self.features {
            match policy {
                Policy::Force | Policy::Require => set.insert(find(name)?),
                Policy::Disable | Policy::Forbid => set.remove(find(name)?),
                Policy::Optional => {}
            }
        }
        Ok(set)
    }
}

fn find(name: &str) -> Result<super::features::Feature> {
    lookup(name).ok_or_else(|| unknown(format_args!("Unknown CPU feature {name}")))
}

fn unknown(text: std::fmt::Arguments<'_>) -> Error {
    Error::internal(ErrorDomain::Cpu, text)
}

/// The vendor of a name in a description of a CPU.
pub fn vendor(name: &str) -> Result<Vendor> {
    Vendor::from_name(name).ok_or_else(|| {
        let text = format_args!("Unknown CPU vendor {name}");
        Error::new(crate::error::ErrorCode::OperationFailed, ErrorDomain::Cpu, text)
    })
}
