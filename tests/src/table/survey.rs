//! Surveys of a table, in words.

use tandem_engine::Event;
use tandem_engine::config::model::SurveyConfig;

use super::centre::read_value;
use super::world::Names;

/// `Ask:Thanks:1=5,2=-1`: prompts and points; nothing between the colons for no thanks.
pub(super) fn read(text: &str) -> Result<Option<SurveyConfig>, String> {
    if text == "none" {
        return Ok(None);
    }
    let [prompt, thanks, points] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err("prompt:thanks:key=points,…, or none".to_owned());
    };
    let worth = |word: &str| {
        let (key, points) = word.split_once('=').ok_or("points are key=number")?;
        Ok((read_value(key)?, read_value(points)?))
    };
    Ok(Some(SurveyConfig {
        end_prompt: (!thanks.is_empty()).then(|| thanks.to_owned()),
        points: points
            .split(',')
            .map(worth)
            .collect::<Result<_, String>>()?,
        ..SurveyConfig::new(prompt)
    }))
}

/// Facts about surveys.
pub(super) fn fact(event: &Event, names: &Names) -> Option<String> {
    Some(match event {
        Event::SurveyAnswered(answer) => {
            let (call, agent) = (names.record(answer.call), names.agent(answer.agent));
            let (key, points) = (answer.key, answer.points);
            format!("{call} rates {agent} by {key}: {points} points")
        }
        Event::SurveyStarted { call, queue, agent } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{call} is asked by {} about {agent}", names.queue(*queue))
        }
        _ => return None,
    })
}
