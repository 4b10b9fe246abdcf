//! The secrets, each in the file of the program that keeps it, as that program writes it.

use crate::makers::*;
use crate::projects::{builds, registries, shells, texts};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A secret in a file.
#[derive(Debug, Clone)]
pub(crate) struct Planted {
    /// Below the home.
    pub(crate) file: String,
    /// As it is written there.
    pub(crate) written: String,
    pub(crate) keeper: &'static str,
    pub(crate) host: Option<&'static str>,
    pub(crate) user: Option<&'static str>,
    /// The kind, where its bytes say it.
    pub(crate) kind: Option<&'static str>,
}

/// Files in the making.
pub(crate) struct Garden {
    files: BTreeMap<String, String>,
    pub(crate) planted: Vec<Planted>,
    dice: Dice,
}

pub(crate) type Made = fn(&mut Dice) -> String;

impl Garden {
    /// Adds a text to a file; `@` stands for the secret.
    pub(crate) fn plant(
        &mut self,
        (file, keeper): (&str, &'static str),
        text: &str,
        make: Made,
        (host, user, kind): (Option<&'static str>, Option<&'static str>, Option<&'static str>),
    ) {
        let written = make(&mut self.dice);
        let whole = self.files.entry(file.into()).or_default();
        assert_eq!(text.matches('§').count(), 1, "{text}");
        whole.push_str(&text.replace('§', &written));
        self.planted.push(Planted { file: file.into(), written, keeper, host, user, kind });
    }

    pub(crate) fn add(&mut self, file: &str, text: &str) {
        self.files.entry(file.into()).or_default().push_str(text);
    }

    pub(crate) fn write(&self, home: &Path) {
        for (file, text) in &self.files {
            let path = home.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

pub(crate) const GITHUB: Made = |dice| classic(dice, "ghp_");
pub(crate) const GITLAB: Made = |dice| routable(dice, "glpat-");
pub(crate) const NPM: Made = |dice| classic(dice, "npm_");
pub(crate) const NOTHING: (Option<&str>, Option<&str>, Option<&str>) = (None, None, None);

fn repository(garden: &mut Garden, folder: &str) {
    garden.add(&format!("{folder}/HEAD"), "ref: refs/heads/main\n");
    garden.add(&format!("{folder}/objects/info/.keep"), "");
    garden.add(&format!("{folder}/refs/heads/.keep"), "");
    garden.add(&format!("{folder}/config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
}

/// All of them.
pub(crate) fn plant() -> Garden {
    let mut garden = Garden { files: BTreeMap::new(), planted: Vec::new(), dice: Dice::new(80) };
    git(&mut garden);
    registries(&mut garden);
    hosts(&mut garden);
    builds(&mut garden);
    shells(&mut garden);
    texts(&mut garden);
    garden
}

fn git(garden: &mut Garden) {
    let file = (".git-credentials", "git-credentials");
    garden.plant(
        file,
        "https://ada:§@github.com\n",
        GITHUB,
        (Some("github.com"), Some("ada"), Some("github-classic")),
    );
    garden.plant(
        file,
        "https://bob:§@git.acme.example:8443\n",
        |d| password(d).replace('-', "%2D"),
        (Some("git.acme.example:8443"), Some("bob"), None),
    );
    garden.plant(
        file,
        "https://§:x-oauth-basic@github.com\n",
        |d| classic(d, "gho_"),
        (Some("github.com"), None, Some("github-oauth")),
    );
    let file = (".config/git/credentials", "git-credentials");
    garden.plant(
        file,
        "https://oauth2:§@gitlab.com\n",
        GITLAB,
        (Some("gitlab.com"), Some("oauth2"), Some("gitlab-personal")),
    );

    let file = (".gitconfig", "git-config");
    garden.add(file.0, "[user]\n\tname = Ada\n");
    garden.plant(
        file,
        "[url \"https://x:§@github.com/acme/\"]\n\tinsteadOf = https://github.com/acme/\n",
        GITHUB,
        (Some("github.com"), Some("x"), Some("github-classic")),
    );
    garden.plant(
        file,
        "[http \"https://git.acme.example\"]\n\textraHeader = Authorization: Bearer §\n",
        data_center,
        (Some("git.acme.example"), None, Some("bitbucket-data-center")),
    );
    garden.plant(
        file,
        "[http \"https://tfs.acme.example/\"]\n\textraheader = \"AUTHORIZATION: Basic §\"\n",
        |d| basic("ada", &password(d)),
        (Some("tfs.acme.example"), Some("ada"), None),
    );
    garden.plant(
        file,
        "[http]\n\tproxy = http://corp:§@proxy.corp.example:3128\n",
        password,
        (Some("proxy.corp.example:3128"), Some("corp"), None),
    );
    garden.plant(
        file,
        "[gitlab]\n\ttoken = §\n",
        |d| old_gitlab(d, "glpat-"),
        (None, None, Some("gitlab-personal")),
    );
    garden.plant(
        (".gitconfig-work", "git-config"),
        "[github]\n\toauth-token = x\n# old: https://ada:§@git.acme.example/\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );

    repository(garden, "work/app/.git");
    let file = ("work/app/.git/config", "git-config");
    garden.plant(
        file,
        "[remote \"origin\"]\n\turl = https://§@github.com/acme/app.git\n",
        GITHUB,
        (Some("github.com"), None, Some("github-classic")),
    );
    garden.plant(
        file,
        "\tpushurl = https://ada:§@git.acme.example/app.git\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
    garden.plant(
        ("work/app/.git/hooks/pre-push", "text"),
        "#!/bin/sh\ncurl https://git.acme.example/?t=§\n",
        GITLAB,
        (None, None, Some("gitlab-personal")),
    );
    repository(garden, "work/app/.git/modules/lib");
    garden.plant(
        ("work/app/.git/modules/lib/config", "git-config"),
        "[remote \"origin\"]\n\turl = https://ada:§@git.acme.example/lib.git\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
    garden.add("work/app/.git/worktrees/fix/HEAD", "ref: refs/heads/fix\n");
    garden.plant(
        ("work/app/.git/worktrees/fix/config.worktree", "git-config"),
        "[http]\n\textraHeader = PRIVATE-TOKEN: §\n",
        GITLAB,
        (None, None, Some("gitlab-personal")),
    );
    garden.add("work/fix/.git", "gitdir: ../app/.git/worktrees/fix\n");
    repository(garden, "srv/mirror.git");
    garden.plant(
        ("srv/mirror.git/config", "git-config"),
        "[remote \"up\"]\n\turl = http://mirror:§@git.acme.example/up.git\n",
        password,
        (Some("git.acme.example"), Some("mirror"), None),
    );
    garden.plant(
        (".gitcookies", "git-cookies"),
        "review.example.org\tFALSE\t/\tTRUE\t2147483647\to\t§\n",
        |d| format!("git-ada.example=1/{}", d.letters(40)),
        (Some("review.example.org"), None, None),
    );

    let file = (".netrc", "netrc");
    garden.plant(
        file,
        "machine git.acme.example login ada password §\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
    garden.plant(
        file,
        "machine github.com\n  login ada\n  password §\n",
        GITHUB,
        (Some("github.com"), Some("ada"), Some("github-classic")),
    );
    garden.plant(
        file,
        "machine api.github.com login § password x-oauth-basic\n",
        GITHUB,
        (Some("api.github.com"), None, Some("github-classic")),
    );
    garden.plant(
        file,
        "default login guest password §\n",
        |d| format!("\"two words {}\"", d.letters(8)),
        (None, Some("guest"), None),
    );
    garden.plant(
        ("win/_netrc", "netrc"),
        "machine git.acme.example login ada password §\n",
        password,
        (Some("git.acme.example"), Some("ada"), None),
    );
}

fn hosts(garden: &mut Garden) {
    let file = (".config/gh/hosts.yml", "gh");
    garden.plant(
        file,
        "github.com:\n    users:\n        ada-acme:\n            oauth_token: §\n",
        |d| classic(d, "gho_"),
        (Some("github.com"), Some("ada-acme"), Some("github-oauth")),
    );
    garden.plant(
        file,
        "    git_protocol: https\n    user: ada-acme\nghe.acme.example:\n    user: ada\n    oauth_token: §\n",
        fine_grained,
        (Some("ghe.acme.example"), Some("ada"), Some("github-fine-grained")),
    );
    garden.plant((".config/glab-cli/config.yml", "glab"), "# What protocol to use\ngit_protocol: ssh\nhosts:\n    gitlab.com:\n        # Your GitLab access token.\n        token: §\n        api_host: gitlab.com\n        user: ada\n", GITLAB, (Some("gitlab.com"), Some("ada"), Some("gitlab-personal")));
    garden.plant(
        (".config/hub", "hub"),
        "github.com:\n- user: ada\n  oauth_token: §\n  protocol: https\n",
        |d| d.hex(40),
        (Some("github.com"), Some("ada"), Some("hex-40")),
    );
    garden.plant((".config/tea/config.yml", "tea"), "logins:\n    - name: codeberg\n      url: https://codeberg.org\n      token: §\n      default: true\n      user: ada\n    - name: other\n      url: https://git.acme.example\n      token: \"\"\n", |d| d.hex(40), (Some("codeberg.org"), Some("ada"), Some("hex-40")));
    garden.plant((".config/helm/repositories.yaml", "helm"), "apiVersion: \"\"\nrepositories:\n- name: corp\n  password: §\n  url: https://charts.acme.example\n  username: ada\n", password, (Some("charts.acme.example"), Some("ada"), None));
    let file = (".aws/credentials", "aws");
    garden.plant(
        file,
        "[default]\naws_access_key_id = AKIAQ3EGRZ7SLFT4PXVB\naws_secret_access_key = §\n",
        |d| d.letters(40),
        NOTHING,
    );
    garden.plant(file, "[tmp]\naws_session_token=§\n", |d| d.letters(200), NOTHING);
    let file = (".config/composer/auth.json", "composer");
    garden.plant(
        file,
        "{\"github-oauth\": {\"github.com\": \"§\"},\n",
        GITHUB,
        (Some("github.com"), None, Some("github-classic")),
    );
    garden.plant(
        file,
        "\"http-basic\": {\"repo.acme.example\": {\"username\": \"ada\", \"password\": \"§\"}}}\n",
        password,
        (Some("repo.acme.example"), Some("ada"), None),
    );
}
