#include "replay/wire/seat.hpp"

#include "engine/core/kernel.hpp"
#include "engine/log/memory_log.hpp"
#include "engine/sip/body.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/uri.hpp"
#include "replay/wire/rules.hpp"
#include "replay/wire/seat_compare.hpp"
#include "replay/wire/seat_drawn.hpp"
#include "replay/words.hpp"
#include "sim/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace lastcall::replay::wire {
namespace {

core::Config config_for(const Call& call, const Seat& seat) {
  core::Config config{.contact = seat.at, .session_expires = {}};
  config.reliable = core::Reliable::kOff;
  for (const Message& each : call.messages) {
    if (each.sip.header("RSeq")) config.reliable = core::Reliable::kSupported;
  }
  return config;
}

// The engine in its seat, and a world that grants every order at once.
class Player {
 public:
  // `late`: these messages reach the seat behind its next own act.
  Player(const Call& call, const Seat& seat, Indices late)
      : call_(call),
        late_(std::move(late)),
        seat_(seat),
        base_ns_(call.messages.front().mark.at_ns),
        kernel_(config_for(call, seat)) {
    const core::Config& config = kernel_.config();
    kernel_.draw_from(drawn_by(call, seat, core::Draws{config.seed, config.shard}));
  }

  void play(SeatRerun& rerun) {
    std::set<std::string> acted;
    for (std::size_t i = 0; i < call_.messages.size(); ++i) {
      const Message& message = call_.at(i);
      advance(engine_time(call_, message.mark.at_ns));
      if (seat_.received(call_, message)) {
        rerun.delivered.push_back(i);
        const bool is_late = std::ranges::find(late_, i) != late_.end();
        is_late ? waiting_.push_back(i) : deliver(i);
      } else if (seat_.is_at(message.source) && acted.insert(message.sip.bytes()).second) {
        act(message.sip);
        drain();
        for (const std::size_t each : std::exchange(waiting_, {})) deliver(each);
      }
    }
    for (const std::size_t each : std::exchange(waiting_, {})) deliver(each);
    rerun.late = late_;
    rerun.messages = compare_seat(call_, captured(), sent_);
    sim::Oracles oracles{{.timer_lateness_max = kHeadStart}};
    for (const Record& record : log_.records()) oracles.see(record);
    rerun.findings = oracles.take_findings();
    // The numbers are the seat's: where it sent what lastcall does not send, there is a gap.
    std::erase_if(rerun.findings,
                  [](const sim::Finding& each) { return each.invariant == "I-35"; });
    rerun.records = std::move(log_).take_records();
  }

 private:
  void deliver(std::size_t index) {
    const Message& message = call_.at(index);
    kernel_.deliver(DatagramReceived{message.source, seat_.at, {message.sip.bytes()}});
    drain();
  }

  // The seat's own messages, repeats left out.
  [[nodiscard]] Indices captured() const {
    Indices own;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < call_.messages.size(); ++i) {
      const Message& each = call_.at(i);
      if (seat_.sent(call_, each) && seen.insert(each.sip.bytes()).second) own.push_back(i);
    }
    return own;
  }

  // Deadlines that are due until then.
  void advance(Instant until) {
    while (kernel_.next_deadline() <= until) {
      now_ = std::max(now_, kernel_.next_deadline());
      drain();
    }
    now_ = std::max(now_, until);
  }

  void drain() {
    while (kernel_.step(log_, policy_, now_)) {
      for (const Output& order : kernel_.take_outputs(log_.durable())) grant(order);
    }
  }

  void grant(const Output& order) {
    if (const auto* transmit = std::get_if<Transmit>(&order)) {
      take(transmit->wire.bytes);
    } else if (const auto* start = std::get_if<StartStream>(&order)) {
      kernel_.deliver(StreamStarted{start->call, start->stream, {seat_.at.host, 40'000}});
    } else if (const auto* stop = std::get_if<StopStream>(&order)) {
      kernel_.deliver(StreamStopped{.call = stop->call, .stream = stop->stream});
    } else if (const auto* notice = std::get_if<Notify>(&order)) {
      if (notice->notice == NoticeKind::kIncoming && !id_) id_ = notice->call;
      if (notice->notice == NoticeKind::kEnding) {
        kernel_.deliver(NoticeTaken{notice->call, NoticeKind::kEnding});
      }
    } else if (const auto* reply = std::get_if<Reply>(&order)) {
      if (!id_) id_ = reply->call;
    } else if (const auto* resolve = std::get_if<Resolve>(&order)) {
      kernel_.deliver(TargetsResolved{resolve->call, resolve->transaction, {peer()}});
    } else if (const auto* judge = std::get_if<JudgeCredentials>(&order)) {
      kernel_.deliver(CredentialsJudged{judge->call, judge->transaction, true});
    } else if (const auto* sign = std::get_if<SignRequest>(&order)) {
      // What the seat answered a challenge with is in the capture; it need not be right.
      kernel_.deliver(RequestSigned{sign->layer, sign->call, sign->transaction, credentials()});
    }
  }

  void take(const std::string& bytes) {
    if (!written_.insert(bytes).second) return;
    sent_.push_back({to_ns(now_ - kHeadStart) + base_ns_, bytes});
  }

  [[nodiscard]] Endpoint peer() const {
    const Message& first = call_.messages.front();
    return seat_.is_at(first.source) ? first.destination : first.source;
  }

  [[nodiscard]] std::string credentials() const {
    for (const Message& each : call_.messages) {
      for (const char* name : {"Authorization", "Proxy-Authorization"}) {
        const auto value = each.sip.header(name);
        if (value && seat_.is_at(each.source)) return fmt::format("{}: {}\r\n", name, *value);
      }
    }
    return {};
  }

  void command(Op op, std::string target = {}) {
    kernel_.deliver(CommandGiven{.command = {++commands_},
                                 .op = op,
                                 .call = op == Op::kCall ? CallId{} : id_,
                                 .target = std::move(target)});
  }

  // What the seat's user must have done for this to be sent.
  void act(const SipMessage& sent) {
    if (sent.is_response()) return act_on_invite(sent);
    if (sent.method() == Method::kBye || sent.method() == Method::kCancel) {
      command(Op::kHangup);
    } else if (sent.method() == Method::kInvite && sent.to_tag().empty()) {
      // With credentials it goes again by itself.
      if (commands_ == 0) command(Op::kCall, target_of(sent));
    } else if (sent.method() == Method::kInvite) {
      const bool is_hold = holds(sent);
      if (is_hold != is_held_) command(is_hold ? Op::kHold : Op::kResume);
      is_held_ = is_hold;
    }
  }

  void act_on_invite(const SipMessage& response) {
    const bool is_first = response.method() == Method::kInvite && !was_decided_;
    if (!is_first || response.status() < 200) return;
    const int status = response.status();
    const bool is_by_protocol = status == 401 || status == 407 || status == 487 || status == 481;
    if (is_by_protocol) return;
    was_decided_ = true;
    command(status < 300 ? Op::kAnswer : Op::kReject);
  }

  [[nodiscard]] std::string target_of(const SipMessage& invite) const {
    const auto uri = sip::parse_uri(invite.request_uri());
    const std::string user{uri ? uri->user : std::string_view{}};
    return fmt::format("sip:{}{}{}{}", user, user.empty() ? "" : "@", to_text(peer()),
                       is_reliable(peer().transport) ? ";transport=tcp" : "");
  }

  const Call& call_;
  Indices late_, waiting_;
  Seat seat_;
  std::int64_t base_ns_;
  core::Kernel kernel_;
  core::OldestFirst policy_;
  log::MemoryLog log_;
  std::vector<Sent> sent_;
  std::set<std::string> written_;
  Instant now_ = Instant{};
  CallId id_;
  std::uint64_t commands_ = 0;
  bool was_decided_ = false;
  bool is_held_ = false;
};

// What only crossed for all that is known: the tap saw it shortly before a request of the seat's
// own, or its answer to an INVITE, and the seat had not answered it.
Indices perhaps_late(const Call& call, const Seat& seat) {
  constexpr std::int64_t kCrossingNs = 500'000'000;
  constexpr std::size_t kTriedMax = 8;
  Indices found;
  for (std::size_t i = 0; i + 1 < call.messages.size() && found.size() < kTriedMax; ++i) {
    const Message& message = call.at(i);
    const Message& next = call.at(i + 1);
    const bool is_received = seat.is_at(message.destination) && message.sip.is_request();
    const bool is_act = seat.sent(call, next) && next.sip.method() != Method::kAck;
    const bool is_answer = next.sip.is_response() && next.sip.cseq() == message.sip.cseq() &&
                           next.sip.method() == message.sip.method();
    const bool is_near = next.mark.at_ns - message.mark.at_ns <= kCrossingNs;
    if (is_received && is_act && !is_answer && is_near) found.push_back(i);
  }
  return found;
}

SeatRerun run_once(const Call& call, const Seat& seat, Indices late) {
  SeatRerun rerun{.seat = seat.at, .side = seat.side};
  Player{call, seat, std::move(late)}.play(rerun);
  return rerun;
}

std::size_t differences(const SeatRerun& rerun) {
  return static_cast<std::size_t>(
      std::ranges::count(rerun.messages, Likeness::kDifferent, &Compared::likeness));
}

Row row_of(const Call& call, const Compared& each) {
  Row row{.at = instant_ns(each.at_ns), .text = std::string{name(each.likeness)}};
  const std::string& bytes = each.captured ? call.at(*each.captured).sip.bytes() : each.sent->bytes;
  row.arrow = Arrow{.from = each.captured ? std::size_t{1} : std::size_t{2},
                    .to = 0,
                    .label = arrow_label(bytes)};
  if (!each.why.empty()) row.text += ": " + each.why;
  return row;
}

}  // namespace

Likeness SeatRerun::likeness() const {
  Likeness worst = Likeness::kSame;
  for (const Compared& each : messages) worst = std::max(worst, each.likeness);
  return worst;
}

std::expected<SeatRerun, std::string> rerun_seat(const Call& call, const std::string& as) {
  if (call.begins_inside) return std::unexpected("its beginning was not captured");
  const auto seat = find_seat(call, as);
  if (!seat) return std::unexpected(seat.error());
  SeatRerun best = run_once(call, *seat, {});
  for (const std::size_t each : perhaps_late(call, *seat)) {
    if (best.likeness() != Likeness::kDifferent) break;
    SeatRerun other_order = run_once(call, *seat, {each});
    if (differences(other_order) < differences(best)) best = std::move(other_order);
  }
  return best;
}

Ladder ladder_of(const Call& call, const SeatRerun& rerun) {
  Ladder ladder{.peers = {"the others", to_text(rerun.seat)},
                .engine = "lastcall",
                .rows = {},
                .has_layers = false};
  for (const std::size_t each : rerun.delivered) {
    const Message& message = call.at(each);
    ladder.rows.push_back(
        {.at = instant_ns(message.mark.at_ns),
         .arrow = Arrow{.from = 0, .to = 2, .label = arrow_label(message.sip.bytes())},
         .text = message_words(message.sip.bytes())});
    if (std::ranges::find(rerun.late, each) != rerun.late.end()) {
      ladder.rows.back().text += ", reached the seat behind its next message";
    }
  }
  for (const Compared& each : rerun.messages) ladder.rows.push_back(row_of(call, each));
  std::ranges::stable_sort(ladder.rows, {}, &Row::at);
  return ladder;
}

}  // namespace lastcall::replay::wire
