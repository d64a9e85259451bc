// The part of World that plays the scenario: when a step begins, and what it makes its actor do.

#include "engine/base/check.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {
namespace {

Op op_of(Verb verb) {
  switch (verb) {
    case Verb::kCalls:
    case Verb::kCallsByName:
      return Op::kCall;
    case Verb::kAnswers:
      return Op::kAnswer;
    case Verb::kRejects:
      return Op::kReject;
    case Verb::kHolds:
      return Op::kHold;
    case Verb::kResumes:
      return Op::kResume;
    case Verb::kTransfers:
      return Op::kTransfer;
    default:
      return Op::kHangup;
  }
}

// How it is from now on.
void make(Peer& peer, const Action& action) {
  switch (action.verb) {
    case Verb::kRecordsRoute:
      return peer.record_route();
    case Verb::kChallenges:
      return peer.challenge(action.method);
    case Verb::kFallsSilent:
      return peer.fall_silent();
    case Verb::kForgets:
      return peer.forget();
    case Verb::kStopsAcknowledging:
      return peer.stop_acknowledging();
    case Verb::kDoesNotRing:
      return peer.stay_quiet();
    case Verb::kWantsLongerSessions:
      return peer.want_longer_sessions();
    default:
      return;
  }
}

bool is_call(Verb verb) {
  return verb == Verb::kCalls || verb == Verb::kCallsByName || verb == Verb::kCallsInPlaceOf ||
         verb == Verb::kCallsWithoutOffer || verb == Verb::kCallsWithTimer ||
         verb == Verb::kCallsAndRefreshes || verb == Verb::kCallsReliably;
}

}  // namespace

// Given steps are anchored to states: each begins when the one before has had its effect and
// nothing is under way. Races begin when all have; the next race when the one before has begun.
bool World::script_goes_on() {
  if (!decisions_.racing()) {
    if (!agenda_.is_quiet() || stuck() != nullptr) return false;
    if (given_ < scenario_->given.size()) {
      begin_step(scenario_->given[given_++].actions.front());
      hand_out();
      return true;
    }
    begin_races();
    return true;  // a moment of its own: from here the races can be begun in many ways
  }
  if (races_ == scenario_->races.size() || !race_may_begin_) return false;
  begin_race(scenario_->races[races_++]);
  return true;
}

const Action* World::stuck() const {
  if (given_ == 0) return nullptr;
  const Action& action = scenario_->given[given_ - 1].actions.front();
  return decisions_.racing() || had_effect(action) ? nullptr : &action;
}

void World::begin_races() {
  setup_end_ = disk_.log().last();
  decisions_.begin_races();
  const auto says_audio = [](const Action& action) { return action.verb == Verb::kAudioFlows; };
  const bool race_says = !scenario_->races.empty() &&
                         std::ranges::any_of(scenario_->races.front().actions, says_audio);
  if (audio_flows_ && !race_says) media_.flow(kFramesInRaces, delays::kFlightMin, scene());
}

void World::begin_race(const Step& race) {
  race_may_begin_ = false;
  if (races_ == 1) draw_faults();  // not before: up to here all runs of a scenario are one
  Duration lasts = delays::kFlightMin;
  for (const Action& action : race.actions) {
    lasts = std::max({lasts, action.lasts, action.at});
    if (action.verb != Verb::kTimePasses) begin_action(action);
  }
  agenda_.put(now_ + lasts, RaceHasBegun{});
}

void World::begin_action(const Action& action) {
  const std::span<const Duration> flights = network_.flights();
  const bool is_peers = !action.actor.empty() && index_of(action.actor) != kEngineIndex;
  const bool takes_a_flight = is_peers || action.verb == Verb::kAudioFlows;
  Duration wait = action.at + (takes_a_flight ? Duration::zero() : flights.front());
  if (!takes_a_flight && !scenario_->flights.empty()) {
    const std::uint32_t late = decisions_.draw_next({.kind = ChoiceKind::kLateAct},
                                                    static_cast<std::uint32_t>(flights.size()));
    wait += flights[late] - flights.front();
  }
  if (wait == Duration::zero()) return begin_step(action);
  agenda_.put(now_ + wait, ActionBegins{action});
}

void World::begin_step(const Action& action) {
  switch (action.verb) {
    case Verb::kAudioFlows:
      audio_flows_ = true;
      if (decisions_.racing()) {
        media_.flow(kFramesInRaces, delays::kFlightMin, scene());
      } else {
        media_.flow(1, Duration::zero(), scene());
      }
      return;
    case Verb::kClientNeverConfirms:
      client_.fall_silent();
      scene().tell(Faulted{{}, Fault::kClientSilent});
      return;
    case Verb::kMediaNeverStops:
      media_.fall_silent();
      scene().tell(Faulted{{}, Fault::kMediaSilent});
      return;
    case Verb::kMediaFails:
      if (auto input = media_.fail(client_.current(), scene())) deliver(*std::move(input));
      return;
    case Verb::kClientCallsBack:
      client_.hang_up_when_told();
      return;
    case Verb::kRecorderAttaches:
      recorder_ = client_.current();
      deliver(HolderAttached{recorder_, kRecorder});
      return;
    case Verb::kCrashes:
      return crash();
    case Verb::kStandsStill:
      return stand_still(std::end(delays::kStall)[-1]);
    case Verb::kTimePasses:
      return;
    default:
      break;
  }
  const ActorIndex actor = index_of(action.actor);
  if (is_call(action.verb)) {
    partner_ = actor == kEngineIndex ? index_of(action.object) : actor;
  }
  if (actor == kEngineIndex) {
    command(action.verb, action);
  } else {
    send_all(actor, tell(peers_[actor - 1U], action));
  }
}

void World::command(Verb verb, const Action& action) {
  std::string target;
  if (verb == Verb::kCalls) {
    target = "sip:" + action.object + "@" + to_text(network_.endpoint(partner_));
  } else if (verb == Verb::kCallsByName) {
    target = "sip:" + action.object + "@" + action.object + ".sim";
  } else if (verb == Verb::kTransfers) {
    target = "sip:somebody@10.0.0.99";
  }
  const CommandGiven given = client_.command(op_of(verb), std::move(target));
  const bool is_hold = verb == Verb::kHolds || verb == Verb::kResumes;
  scene().tell(CommandAsked{given});
  deliver(given);
  if (given.call) {
    asking_.push_back({newest_input_, given.call, is_hold ? Asker::kHold : Asker::kClient});
  }
}

Packets World::tell(Party& party, const Action& action) const {
  if (Peer* peer = party.scripted()) return tell_peer(*peer, action);
  std::string target;
  if (action.verb == Verb::kCalls) {
    target = "sip:" + action.object + "@" + to_text(network_.endpoint(kEngineIndex));
  }
  return party.second()->command(op_of(action.verb), std::move(target), now_);
}

Packets World::tell_peer(Peer& peer, const Action& action) const {
  switch (action.verb) {
    case Verb::kCalls:
    case Verb::kCallsWithoutOffer:
    case Verb::kCallsWithTimer:
    case Verb::kCallsAndRefreshes:
    case Verb::kCallsReliably:
    case Verb::kCallsInPlaceOf:
      if (!action.other.empty()) peer.replace(dialog_of(action.other));
      peer.make_offers(action.verb != Verb::kCallsWithoutOffer);
      if (action.verb == Verb::kCallsWithTimer) peer.keep_session_timer(sip::Refresher::kUas);
      if (action.verb == Verb::kCallsAndRefreshes) peer.keep_session_timer(sip::Refresher::kUac);
      peer.ask_for_reliable_ringing(action.verb == Verb::kCallsReliably);
      return peer.call(action.object, network_.endpoint(kEngineIndex), now_);
    case Verb::kAnswersWithoutAudio:
      return peer.answer_without_audio(now_);
    case Verb::kSends:
      return peer.send(action.method, now_);
    case Verb::kSecondForkAnswers:
      return peer.answer_elsewhere(now_);
    case Verb::kSecondForkRings:
      return peer.ring_reliably_elsewhere();
    case Verb::kRedirects:
      return peer.redirect({"10.0.0.98", 5060}, now_);
    case Verb::kRepeatsElsewhere:
      return peer.repeat_by_another_way(action.method);
    case Verb::kAsksForOffer:
      return peer.ask_for_offer(now_);
    case Verb::kReportsSuccess:
      return peer.report(200, now_);
    case Verb::kForks:
      return peer.fork();
    case Verb::kFirstForkEnds:
      return peer.end_first_fork();
    case Verb::kAnswers:
      return peer.answer(now_);
    case Verb::kRejects:
      return peer.reject(now_);
    case Verb::kHangsUp:
      return peer.hang_up(now_);
    case Verb::kHolds:
      return peer.offer(Direction::kSendOnly, now_);
    case Verb::kResumes:
      return peer.offer(Direction::kSendRecv, now_);
    case Verb::kRepeats:
      return peer.repeat(action.method, action.status);
    default:
      make(peer, action);
      return {};
  }
}

bool World::had_effect(const Action& action) const {
  const Party& partner = peers_[partner_ - 1U];
  const CallState state = client_.state();
  switch (action.verb) {
    case Verb::kCalls:
    case Verb::kCallsByName:
    case Verb::kCallsWithoutOffer:
    case Verb::kCallsWithTimer:
    case Verb::kCallsAndRefreshes:
    case Verb::kCallsReliably:
      return action.actor == partner.name() ? state == CallState::kRinging : partner.is_ringing();
    case Verb::kAnswers:
      return state == CallState::kConnected && partner.is_confirmed();
    case Verb::kHolds:
      return state == CallState::kOnHold;
    case Verb::kResumes:
      return state == CallState::kConnected;
    case Verb::kRejects:
    case Verb::kHangsUp:
      return state == CallState::kTerminated;
    case Verb::kSends:
      return action.method != Method::kBye || state == CallState::kTerminated;
    default:
      return true;
  }
}

std::string World::dialog_of(std::string_view peer) const {
  const Peer* replaced = peers_[index_of(peer) - 1U].scripted();
  return replaced == nullptr ? std::string{} : replaced->dialog_to_replace();
}

ActorIndex World::index_of(std::string_view actor) const {
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (peers_[i].name() == actor) return static_cast<ActorIndex>(i + 1);
  }
  return kEngineIndex;
}

}  // namespace lastcall::sim
