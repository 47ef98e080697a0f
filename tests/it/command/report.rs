//! Pages about studies: that they exist, what is in them, and that a browser shows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use docktuna::Tunable;
use serde_json::Value as Json;

use super::rights::{drop_role, with_role};
use super::{docktuna, fixture};
use crate::backend::{Backend, Kind};
use crate::support::{Browser, Screen, TestDb};

/// Makes a page about a study.
async fn report(url: &str, study: &str, folder: &Path) -> PathBuf {
    let number = fs::read_dir(folder).unwrap().count();
    let path = folder.join(format!("{number}.html"));
    let args = ["report", study, "-o", path.to_str().unwrap()];
    let ran = docktuna(url, &args).await;
    assert!(ran.stderr.contains(" written to "), "{}", ran.stderr);
    assert_eq!(ran.succeeded(), "");
    path
}

async fn studies(url: &str) -> Vec<String> {
    let text = docktuna(url, &["studies", "--format", "json"])
        .await
        .succeeded();
    let json: Json = serde_json::from_str(&text).unwrap();
    let names = json.as_array().unwrap().iter();
    names
        .map(|study| study["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The charts of a page.
fn charts(html: &str) -> Vec<&str> {
    let parts = html.split("<svg role=\"img\" id=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

/// What holds for every page.
fn assert_sound(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>\n"), "{}", &html[..100]);
    assert!(html.ends_with("</html>\n"));
    assert!(html.contains("default-src 'none'; style-src 'sha256-"));
    for word in [
        "<script",
        "javascript:",
        "http:",
        "https:",
        "<img",
        "<link",
        " style=",
    ] {
        assert!(!html.contains(word), "{word}");
    }
    let acts = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2028}\u{feff}".contains(c);
    assert_eq!(html.chars().find(|c| acts(*c)), None);
    let charts = charts(html);
    let different: BTreeSet<_> = charts.iter().collect();
    assert_eq!(different.len(), charts.len(), "{charts:?}");
}

#[tokio::test]
async fn every_study_of_every_release_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "optuna-2.10.1-upgraded.sqlite",
        "optuna-3.6.2.sqlite",
        "optuna-4.9.0-tokyo.sqlite",
        "optuna-5.0.0-tokyo.sqlite",
        "optuna-5.0.0.sqlite",
    ];
    for name in names {
        let (_database, url) = fixture(name);
        for study in studies(&url).await {
            let page = report(&url, &study, folder.path()).await;
            assert_sound(&fs::read_to_string(page).unwrap());
        }
    }
}

/// The same study gives the same page on both databases.
#[tokio::test]
async fn postgresql_and_sqlite_tell_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = TestDb::create().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/optuna-5.0.0.pg.sql");
    postgres.execute(fs::read_to_string(file).unwrap()).await;
    let (_database, sqlite) = fixture("optuna-5.0.0.sqlite");
    let postgres_url = postgres.url("postgresql");
    for study in studies(&sqlite).await {
        let ours = report(&sqlite, &study, folder.path()).await;
        let theirs = report(&postgres_url, &study, folder.path()).await;
        let (ours, theirs) = (
            fs::read_to_string(ours).unwrap(),
            fs::read_to_string(theirs).unwrap(),
        );
        // They were not made at the same moment, so only what does not depend on it is compared.
        assert_eq!(charts(&ours), charts(&theirs), "{study}");
        let best = |html: &str| {
            html.split("<h2>Results")
                .next()
                .map(|head| head.split("<h2>").last().map(str::to_owned))
        };
        assert_eq!(best(&ours), best(&theirs), "{study}");
    }
}

#[tokio::test]
async fn a_role_that_may_only_read_gets_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let (postgres, url) = with_role("GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE").await;
    report(&url, "single-min", folder.path()).await;
    drop_role(&postgres).await;
}

#[tokio::test]
async fn a_page_has_the_charts_of_its_study() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, url) = fixture("optuna-5.0.0.sqlite");
    let html = fs::read_to_string(report(&url, "empty", folder.path()).await).unwrap();
    assert_eq!(charts(&html), [""; 0]);
    assert!(html.contains("No trial is complete yet."));
    assert!(html.contains("so none is the best"));

    let html = fs::read_to_string(report(&url, "single-min", folder.path()).await).unwrap();
    let found = charts(&html);
    for chart in [
        "history-0",
        "curves",
        "importance-0",
        "parallel-0",
        "slice-0-0",
        "timeline",
        "failures",
    ] {
        assert!(found.contains(&chart), "{chart}: {found:?}");
    }
    let best = docktuna(&url, &["best", "single-min", "--format", "json"])
        .await
        .succeeded();
    let best: Json = serde_json::from_str(&best).unwrap();
    assert!(
        html.contains(&format!(" in trial {}</p>", best["number"])),
        "{best}"
    );
    // The configuration can be copied from the page.
    let json = html
        .split("<pre>")
        .nth(1)
        .unwrap()
        .split("</pre>")
        .next()
        .unwrap();
    let json: Json =
        serde_json::from_str(&json.replace("&quot;", "\"").replace("&#39;", "'")).unwrap();
    assert_eq!(json, best["params"]);

    let page = report(&url, "sampler-nsga2", folder.path()).await;
    let html = fs::read_to_string(page).unwrap();
    let found = charts(&html);
    for chart in [
        "pareto-0-1",
        "history-0",
        "history-1",
        "importance-0",
        "importance-1",
        "slice-0-0",
        "slice-1-0",
    ] {
        assert!(found.contains(&chart), "{chart}: {found:?}");
    }
    // Its complete trials have no parameters.
    let html = fs::read_to_string(report(&url, "multi", folder.path()).await).unwrap();
    assert_eq!(
        charts(&html),
        [
            "pareto-0-1",
            "history-0",
            "history-1",
            "timeline",
            "failures"
        ]
    );
    let front = docktuna(&url, &["best", "multi", "--pareto", "--format", "json"])
        .await
        .succeeded();
    let front: Json = serde_json::from_str(&front).unwrap();
    let label = format!("aria-label=\"{} of ", front.as_array().unwrap().len());
    assert!(html.contains(&label), "{label}");
}

const HOSTILE: &str = "</title><script>alert('x')</script>\"'&\u{202e}\u{1b}[2J\n{name}";

#[derive(Tunable, Debug, Clone)]
struct Hostile {
    #[tune(choices = ["<b>bold</b>", "\"' onload='alert(1)", "</svg><script>alert(2)</script>\u{202e}"])]
    #[tune(rename = "p\"><img src=x onerror=alert(3)>\u{7f}")]
    choice: String,
    #[tune(range = 0.0..=1.0, rename = "</text></svg><script>alert(4)</script>")]
    number: f64,
}

async fn hostile() -> Backend {
    let backend = Backend::sqlite().await;
    let study = backend.db.study::<Hostile>(HOSTILE).await.unwrap();
    for number in 0..30 {
        let trial = study.ask().await.unwrap();
        if number % 5 == 0 {
            trial
                .fail(&format!("<script>alert({number})</script>\u{9b}\"'>"))
                .await
                .unwrap();
        } else {
            trial.report(0, 0.5).await.unwrap();
            trial.tell(f64::from(number)).await.unwrap();
        }
    }
    backend
}

#[tokio::test]
async fn no_text_of_anybody_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let backend = hostile().await;
    let page = report(backend.url(), HOSTILE, folder.path()).await;
    let html = fs::read_to_string(&page).unwrap();
    assert_sound(&html);
    for chart in ["history-0", "slice-0-1", "parallel-0", "failures", "curves"] {
        assert!(charts(&html).contains(&chart), "{chart}");
    }
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)"));
    let mut browser = Browser::start().await;
    let seen = look(&mut browser, &page, PHONE).await;
    let title = HOSTILE
        .replace('\u{202e}', "\\u{202e}")
        .replace('\u{1b}', "\\u{1b}")
        .replace('\n', "\\n");
    assert_eq!(seen["title"], title);
    // A copy of the JSON holds what is stored.
    let best = docktuna(backend.url(), &["best", HOSTILE, "--format", "json"])
        .await
        .succeeded();
    let best: Json = serde_json::from_str(&best).unwrap();
    let copied: Json = serde_json::from_str(seen["json"].as_str().unwrap()).unwrap();
    assert_eq!(copied, best["params"]);
}

#[derive(Tunable, Debug, Clone)]
#[tune(rename_all = "snake_case")]
enum Optimizer {
    Adam,
    Sgd {
        #[tune(range = 0.5..=0.99)]
        momentum: f64,
    },
}

#[derive(Tunable, Debug, Clone)]
struct Train {
    #[tune(range = 1e-5..=1e-1, log)]
    lr: f64,
    #[tune(range = 1..=8)]
    layers: u32,
    #[tune(range = 0.0..=0.5)]
    dropout: f64,
    optimizer: Optimizer,
}

/// A study with many trials, made by the database.
async fn many(backend: &Backend, trials: usize) {
    let study = backend.db.study::<Train>("many").await.unwrap();
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    let moment = |seconds: &str| {
        let text = format!(
            "'2026-01-0' || (1 + n / 2000) || ' ' || (10 + n % 2000 / 250) || ':' || (10 + n % 50) || ':{seconds}'"
        );
        match backend.kind {
            Kind::Postgres => format!("CAST({text} AS timestamp)"),
            _ => text,
        }
    };
    // A mix of numbers that is the same on both databases.
    let mixed = |prime: u32| format!("((n * {prime}) % 10007) / 10007.0");
    let mut sql = format!(
        "CREATE TABLE series (n INTEGER PRIMARY KEY, id INTEGER);
         INSERT INTO series (n) WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {})
         SELECT n FROM counted;
         INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
         SELECT n, (SELECT study_id FROM studies WHERE study_name = 'many'), 'COMPLETE', {}, {} FROM series;
         UPDATE trials SET state = 'PRUNED' WHERE number > 0 AND number % 7 = 0;
         UPDATE trials SET state = 'FAIL' WHERE number > 0 AND number % 11 = 0;
         UPDATE series SET id = (SELECT trial_id FROM trials WHERE number = n);
         INSERT INTO trial_values (trial_id, objective, value, value_type)
         SELECT id, 0, {} + {}, 'FINITE' FROM series WHERE n % 11 <> 0 AND n % 7 <> 0;
         INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
         SELECT id, step, step * {}, 'FINITE' FROM series,
             (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS steps;
         INSERT INTO trial_user_attributes (trial_id, key, value_json)
         SELECT id, 'docktuna:error', '\"out of memory\"' FROM series WHERE n % 11 = 0;",
        trials - 1,
        moment("00"),
        moment("50"),
        mixed(7919),
        mixed(6007),
        mixed(31),
    );
    for (param, value) in [
        ("lr", format!("0.00001 + 0.09 * {}", mixed(4001))),
        ("layers", "1 + n % 8".to_owned()),
        ("dropout", format!("0.5 * {}", mixed(101))),
        ("optimizer", "n % 2".to_owned()),
    ] {
        sql += &format!(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT id, '{param}', {value}, (SELECT min(distribution_json) FROM trial_params WHERE param_name = '{param}')
             FROM series;"
        );
    }
    backend.execute(sql + "DROP TABLE series").await;
}

#[tokio::test]
async fn ten_thousand_trials_have_room_in_two_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = Browser::start().await;
    for backend in [Backend::sqlite().await, Backend::postgres().await] {
        many(&backend, 10_000).await;
        let url = backend.url().replace("+psycopg2", "");
        let page = report(&url, "many", folder.path()).await;
        let html = fs::read_to_string(&page).unwrap();
        assert_sound(&html);
        assert!(html.len() <= 2_000_000, "{}", html.len());
        assert!(html.contains(" of 7792 trials are drawn."));
        assert!(html.contains("100 of 9999 trials that reported values are drawn."));
        assert!(html.contains("10000 trials"));
        if backend.postgres.is_none() {
            for screen in SCREENS {
                look(&mut browser, &page, screen).await;
            }
        }
    }
}

const PHONE: Screen = Screen {
    width: 400,
    dark: false,
    print: false,
};
const DESK: Screen = Screen {
    width: 1600,
    ..PHONE
};
/// A sheet of A4.
const PAPER: Screen = Screen {
    width: 794,
    print: true,
    ..PHONE
};
const SCREENS: [Screen; 5] = [
    PHONE,
    Screen {
        dark: true,
        ..PHONE
    },
    DESK,
    Screen { dark: true, ..DESK },
    PAPER,
];

/// What a page looks like from within.
const LOOK: &str = r"(() => {
    const charts = [...document.querySelectorAll('svg')];
    const cut = charts.flatMap(chart => {
        const {width, height} = chart.viewBox.baseVal;
        return [...chart.querySelectorAll('text')].filter(text => {
            const box = text.getBBox();
            return box.x < -4 || box.y < -8 || box.x + box.width > width + 4 || box.y + box.height > height + 8;
        }).map(text => chart.id + ': ' + text.textContent);
    });
    return {
        title: document.querySelector('h1').textContent,
        json: document.querySelector('pre')?.textContent ?? '',
        charts: charts.map(chart => chart.id),
        empty: charts.filter(chart => chart.querySelectorAll('path').length === 0).map(chart => chart.id),
        flat: charts.filter(chart => chart.getBoundingClientRect().height < 20).map(chart => chart.id),
        cut,
        overflow: document.scrollingElement.scrollWidth - innerWidth,
        paper: getComputedStyle(document.body).backgroundColor,
        tags: [...new Set([...document.querySelectorAll('*')].map(tag => tag.localName))].sort(),
    };
})()";

/// Opens a page and checks what holds for all of them. With DOCKTUNA_TEST_PICTURES, a folder, its picture is kept.
async fn look(browser: &mut Browser, page: &Path, screen: Screen) -> Json {
    let seen = browser.look(page, screen, LOOK).await;
    let what = format!("{} {screen:?}", page.display());
    if let (Some(folder), Some(picture)) =
        (std::env::var_os("DOCKTUNA_TEST_PICTURES"), &seen.picture)
    {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let scheme = if screen.dark { "dark" } else { "light" };
        let file = Path::new(&folder).join(format!("{name}-{}-{scheme}.png.base64", screen.width));
        fs::write(file, picture).unwrap();
    }
    assert_eq!(seen.complaints, [""; 0], "{what}");
    let answer = seen.answer;
    let html = fs::read_to_string(page).unwrap();
    let found: Vec<&str> = answer["charts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(found, charts(&html), "{what}");
    for list in ["empty", "flat", "cut"] {
        assert_eq!(answer[list], serde_json::json!([]), "{list}: {what}");
    }
    assert!(
        answer["overflow"].as_i64().unwrap() <= 0,
        "{what}: {}",
        answer["overflow"]
    );
    let paper = if screen.dark {
        "rgb(20, 23, 27)"
    } else {
        "rgb(255, 255, 255)"
    };
    assert_eq!(answer["paper"], paper, "{what}");
    let ours = [
        "b",
        "body",
        "div",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "head",
        "header",
        "html",
        "i",
        "li",
        "main",
        "meta",
        "p",
        "path",
        "pre",
        "section",
        "span",
        "style",
        "svg",
        "table",
        "tbody",
        "td",
        "text",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ];
    for tag in answer["tags"].as_array().unwrap() {
        assert!(ours.contains(&tag.as_str().unwrap()), "{tag}: {what}");
    }
    answer
}

#[tokio::test]
async fn a_browser_shows_every_page_on_every_screen() {
    let folder = tempfile::tempdir().unwrap();
    let (_database, url) = fixture("optuna-5.0.0.sqlite");
    let mut browser = Browser::start().await;
    for study in studies(&url).await {
        let page = report(&url, &study, folder.path()).await;
        for screen in SCREENS {
            look(&mut browser, &page, screen).await;
        }
    }
}

/// So that the other tests can fail.
#[tokio::test]
async fn a_browser_complains_of_what_a_page_may_not_do() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let html = "<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
                <style>body{color:red}</style><script>alert(1)</script><img src=\"http://127.0.0.1:9/x.png\">\
                <pre>\u{2588}".to_owned() + &"x".repeat(500) + "</pre>";
    fs::write(&page, html).unwrap();
    let mut browser = Browser::start().await;
    let script = "document.scrollingElement.scrollWidth - innerWidth";
    let seen = browser.look(&page, PHONE, script).await;
    let expected = [
        "inline style",
        "inline script",
        "the image",
        "a request for",
    ];
    assert_eq!(
        seen.complaints.len(),
        expected.len(),
        "{:?}",
        seen.complaints
    );
    for (complaint, what) in seen.complaints.iter().zip(expected) {
        assert!(complaint.contains(what), "{complaint}");
    }
    assert!(seen.answer.as_i64().unwrap() > 0, "{}", seen.answer);
}

#[tokio::test]
async fn a_page_takes_its_place_when_it_is_complete() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let names = || {
        let names = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<BTreeSet<_>>()
    };
    let before = names();
    let file = folder.path().join("report.html");
    let path = file.to_str().unwrap();
    let stderr = docktuna(&url, &["report", "mulit", "-o", path])
        .await
        .failed(1);
    assert!(stderr.contains("did you mean \"multi\"?"), "{stderr}");
    assert_eq!(names(), before);
    fs::write(&file, "mine").unwrap();
    let stderr = docktuna(&url, &["report", "multi", "-o", path])
        .await
        .failed(1);
    assert!(
        stderr.contains("exists; help: --force replaces it"),
        "{stderr}"
    );
    docktuna(&url, &["report", "mulit", "-o", path, "--force"])
        .await
        .failed(1);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    docktuna(&url, &["report", "multi", "-o", path, "--force"])
        .await
        .succeeded();
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .starts_with("<!DOCTYPE html>")
    );
    let mut expected = before;
    expected.insert("report.html".to_owned());
    assert_eq!(names(), expected);
    let stderr = docktuna(&url, &["report", "multi", "-o", "/proc/r.html"])
        .await
        .failed(1);
    assert!(
        stderr.contains("/proc/r.html cannot be written: "),
        "{stderr}"
    );
    let stderr = docktuna(&url, &["report", "multi", "-o", "-"])
        .await
        .failed(2);
    assert!(stderr.contains("-o report.html"), "{stderr}");
}
