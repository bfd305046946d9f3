//! What is wrong with a survey, at its limits and one past them.

use std::collections::BTreeMap;

use tandem_engine::Key;
use tandem_engine::Span;
use tandem_engine::config::model::{PromptConfig, SurveyConfig};
use tandem_engine::limits::SURVEY_POINTS_MAX;

use crate::limits::after;
use crate::wrong::said;

fn with(survey: SurveyConfig) -> String {
    after(|config, queue| {
        config.options.prompts.push(PromptConfig {
            name: "Ask".to_owned(),
            length: Span::from_secs(6),
            file: None,
        });
        queue.survey = Some(Box::new(survey));
    })
}

fn worth(points: &[(Key, i16)]) -> String {
    with(SurveyConfig {
        points: BTreeMap::from_iter(points.iter().copied()),
        ..SurveyConfig::new("Ask")
    })
}

#[test]
fn what_an_answer_is_worth() {
    let most = SURVEY_POINTS_MAX;
    assert_eq!(worth(&[(Key::One, most), (Key::Pound, -most)]), "");
    for beyond in [most + 1, -most - 1] {
        assert_eq!(
            worth(&[(Key::One, beyond)]),
            "queue 60000, survey: an answer is worth -1000 to 1000 points\n"
        );
    }
}

#[test]
fn somebody_can_answer() {
    assert_eq!(
        worth(&[]),
        "queue 60000, survey: nobody can answer: no key has points (as points = { 1 = 1, 2 = 0 })\n"
    );
}

#[test]
fn its_prompts_are_there() {
    assert_eq!(with(SurveyConfig::new("Ask")), "");
    let fault = with(SurveyConfig::new("Aks"));
    assert!(fault.starts_with("queue 60000, survey: "), "{fault}");
    let fault = with(SurveyConfig {
        end_prompt: Some("Thanks".to_owned()),
        ..SurveyConfig::new("Ask")
    });
    assert!(fault.starts_with("queue 60000, survey: "), "{fault}");
}

#[test]
fn a_file_says_what_is_wrong() {
    let file = |survey: &str| {
        let queue = "[[queue]]\nnumber = \"6400\"\nname = \"A\"\n";
        said(&format!("{queue}survey = {survey}\n"))
    };
    let problems = file("{ end_prompt = \"Thanks\" }");
    assert!(problems.contains("prompt"), "{problems}");
    let problems = file("{ prompt = \"Ask\", points = { A = 1 } }");
    assert!(problems.contains("\"A\" is no key"), "{problems}");
    let problems = file("{ prompt = \"Ask\", points = { 1 = 1001 } }");
    assert!(problems.contains("1000"), "{problems}");
}
