//! Which case is played when: as many at once as `--jobs` says, each offer's process busy with one
//! case at a time.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::Progress;
use super::case::{self, Done};
use super::pool::Pool;
use super::server::NotListening;
use super::stage::Stage;
use crate::peer::manifest::{Offer, Port};
use crate::plan::{Case, Plan};

/// Plays the cases of a plan that can be played and tells `progress` of each. Must run inside a
/// `LocalSet`; dropping the future ends every process at once.
///
/// # Errors
/// When a fault of ours ended the run; what was told before stands.
pub async fn play(
    stage: Rc<Stage>,
    plan: &Plan,
    stop_at_failure: &dyn Fn() -> bool,
    progress: UnboundedSender<Progress>,
) -> Result<(), String> {
    let pool = Rc::new(Pool::default());
    let mut schedule = Schedule::new(plan, &stage);
    let mut playing = JoinSet::new();
    loop {
        while !stop_at_failure()
            && let Some(ready) = schedule.next()
        {
            let Ready { place, case, offer } = ready;
            let (stage, pool, progress) = (Rc::clone(&stage), Rc::clone(&pool), progress.clone());
            playing.spawn_local(async move {
                tell(&progress, Progress::CaseStarted(place));
                let Done { played, found } = case::play(&stage, &pool, &case, &offer).await;
                tell(&progress, Progress::CaseFinished(place, played));
                if let Some(finding) = found {
                    tell(&progress, Progress::Found(finding));
                }
                place
            });
        }
        match playing.join_next_with_id().await {
            None => break,
            Some(Ok((_, place))) => schedule.done(place),
            Some(Err(error)) => {
                // Which case it was is not known any more, so none can be trusted to be complete.
                return Err(format!("a case could not be played to its end: {error}"));
            }
        }
        if let Some(fault) = stage.fault() {
            return Err(fault);
        }
    }
    match pool.clear(&stage).await {
        Err(NotListening::Fault(fault)) => Err(fault),
        _ => Ok(()),
    }
}

/// Whoever no longer listens to progress does not need it.
fn tell(progress: &UnboundedSender<Progress>, what: Progress) {
    progress.send(what).ok();
}

/// A case that can be played now.
struct Ready {
    place: usize,
    case: Rc<Case>,
    offer: Rc<Offer>,
}

/// What waits and what is being played.
struct Schedule {
    waiting: VecDeque<Ready>,
    playing: BTreeMap<usize, Busy>,
    jobs: usize,
    connections: usize,
}

/// What a case that is being played occupies.
struct Busy {
    peer: String,
    offer: usize,
    fixed: Option<u16>,
    actors: usize,
}

impl Schedule {
    /// Cases with a reader that stops go first: they wait for as long as the server bears it, and
    /// the others fill that time.
    fn new(plan: &Plan, stage: &Stage) -> Schedule {
        let waiting = plan.cases.iter().enumerate().filter_map(|(place, case)| {
            let offer = Rc::clone(case.offer()?);
            Some(Ready {
                place,
                case: Rc::new(case.clone()),
                offer,
            })
        });
        let settings = &stage.means.settings;
        let (first, then): (VecDeque<Ready>, VecDeque<Ready>) =
            waiting.partition(|ready| ready.case.scenario.pauses());
        Schedule {
            waiting: first.into_iter().chain(then).collect(),
            playing: BTreeMap::new(),
            jobs: settings.jobs.max(1),
            connections: settings.connections,
        }
    }

    /// The next case to play: the first whose offer is idle; else, since a second process is
    /// better than an idle core, the first that fits.
    fn next(&mut self) -> Option<Ready> {
        if self.playing.len() >= self.jobs {
            return None;
        }
        let idle = |ready: &Ready| !self.is_busy(&ready.offer) && self.fits(ready);
        let place = self.waiting.iter().position(idle);
        let place = place.or_else(|| self.waiting.iter().position(|ready| self.fits(ready)))?;
        let ready = self.waiting.remove(place)?;
        let fixed = match ready.offer.port {
            Port::Fixed(port) => Some(port),
            Port::Any | Port::Leased => None,
        };
        let busy = Busy {
            peer: ready.offer.peer.clone(),
            offer: ready.offer.place,
            fixed,
            actors: ready.case.scenario.actors.len(),
        };
        self.playing.insert(ready.place, busy);
        Some(ready)
    }

    fn done(&mut self, place: usize) {
        self.playing.remove(&place);
    }

    fn is_busy(&self, offer: &Offer) -> bool {
        self.playing
            .values()
            .any(|busy| busy.peer == offer.peer && busy.offer == offer.place)
    }

    /// Whether a case can be played beside those that are: its port is free, and so are enough
    /// descriptors. A case too large for the limit is played alone.
    fn fits(&self, ready: &Ready) -> bool {
        let taken = |port| self.playing.values().any(|busy| busy.fixed == Some(port));
        let actors: usize = self.playing.values().map(|busy| busy.actors).sum();
        let free = match ready.offer.port {
            Port::Fixed(port) => !taken(port),
            Port::Any | Port::Leased => true,
        };
        let fits = actors + ready.case.scenario.actors.len() <= self.connections;
        free && (fits || self.playing.is_empty())
    }
}
