#include "replay/rows.hpp"

#include "engine/base/match.hpp"
#include "engine/sip/parse.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace lastcall::replay {
namespace {

constexpr std::size_t kPeersMax = 4;

// What an arrow or a later fact says better.
constexpr std::array<std::string_view, 49> kBookkeeping{"ServerTransactionStarted",
                                                        "FailureAcknowledged",
                                                        "ProvisionalReceived",
                                                        "FinalReceived",
                                                        "CancelSent",
                                                        "CancelDeferred",
                                                        "AnswerRationed",
                                                        "FinalAwaited",
                                                        "TransactionEnded",
                                                        "LegStarted",
                                                        "InviteProceeding",
                                                        "DialogStarted",
                                                        "AckReceived",
                                                        "RequestSent",
                                                        "RequestFinished",
                                                        "RequestAccepted",
                                                        "AcceptSent",
                                                        "InviteRefused",
                                                        "DutiesTaken",
                                                        "StreamOpening",
                                                        "StreamOpened",
                                                        "StreamDirected",
                                                        "StreamStopping",
                                                        "StreamClosed",
                                                        "MediaCleaning",
                                                        "RingBackChosen",
                                                        "OfferMade",
                                                        "OperationStarted",
                                                        "OperationFinished",
                                                        "ClientAttached",
                                                        "ClientReleased",
                                                        "CommandTaken",
                                                        "EndingAnnounced",
                                                        "PeerLearned",
                                                        "PeerDescribed",
                                                        "OfferReceived",
                                                        "ProvisionalSent",
                                                        "ProvisionalPostponed",
                                                        "TimerOffered",
                                                        "ForksSettling",
                                                        "ForksEnded",
                                                        "ReliableReceived",
                                                        "ProvisionalResent",
                                                        "ProvisionalAcknowledged",
                                                        "RequestRefused",
                                                        "UpdateAnswered",
                                                        "TargetRefreshed",
                                                        "OfferRefused",
                                                        "OfferWithdrawn"};

LayerId track_of(const Event& event) {
  const auto* input = std::get_if<Input>(&event);
  const LayerId layer = input == nullptr ? layer_of(event) : receiver_of(*input);
  return layer == LayerId::kRegistration ? LayerId::kWorld : layer;  // it has no track
}

Mark mark_of(const Event& event) {
  if (std::holds_alternative<Input>(event)) return Mark::kReport;
  if (get_event<CallTerminating>(event)) return Mark::kEnding;
  if (get_event<CallTerminated>(event)) return Mark::kEnd;
  return Mark::kFact;
}

LayerId track_of(sim::Asker asker) {
  return asker == sim::Asker::kAudio ? LayerId::kMedia : LayerId::kClient;
}

class Teller {
 public:
  explicit Teller(const Cast& cast) : cast_(cast) {
    ladder_.peers = cast.peers;
    ladder_.engine = cast.engine;
    if (ladder_.peers.empty()) ladder_.peers.emplace_back("peer");
  }

  void tell(const Record& record);
  void tell(const sim::TraceEntry& entry);
  void tell(const sim::Finding& finding) {
    ladder_.rows.push_back(
        {.at = finding.when, .text = finding.sentence, .rule = finding.invariant});
  }
  // Remembers where messages go, without drawing the record.
  void learn(const Record& record);
  [[nodiscard]] Ladder take() { return std::move(ladder_); }

 private:
  // A message that has a row, by its bytes: its other half needs none.
  using Seen = std::map<std::string, std::size_t, std::less<>>;

  [[nodiscard]] std::size_t engine() const { return ladder_.peers.size(); }
  [[nodiscard]] std::size_t peer_at(const Endpoint& at) const {
    const auto it = cast_.addresses.find(at);
    return it == cast_.addresses.end() ? 0 : it->second;
  }
  [[nodiscard]] std::size_t column(std::uint8_t actor) const {
    return actor == 0 ? engine() : std::min<std::size_t>(actor - 1U, engine() - 1);
  }
  Row& add(const Row& row) { return ladder_.rows.emplace_back(row); }
  Row& add_message(Row row, std::size_t from, std::size_t to, const std::string& bytes);

  struct Sent {
    std::size_t to = 0;
    std::string bytes;
  };
  // The message that this record put on the wire, if it did.
  [[nodiscard]] std::optional<Sent> sent_by(const Event& event) const;

  const Cast& cast_;
  Ladder ladder_;
  std::map<TransactionId, Sent> messages_;  // the last one of each transaction
  std::map<DialogId, TransactionId> accepts_;
  std::set<std::string, std::less<>> drawn_;
  Seen in_;   // arrived at the engine
  Seen out_;  // left the engine
};

Row& Teller::add_message(Row row, std::size_t from, std::size_t to, const std::string& bytes) {
  row.arrow = Arrow{.from = from, .to = to, .label = arrow_label(bytes)};
  row.text = message_words(bytes);
  if (!drawn_.insert(bytes).second) row.text += ", again";
  return add(row);
}

void Teller::learn(const Record& record) {
  if (const auto* e = get_event<ServerTransactionStarted>(record.event)) {
    messages_[e->transaction].to = peer_at(e->reply_to);
  } else if (const auto* sent = get_event<ResponseSent>(record.event)) {
    messages_[sent->transaction].bytes = sent->wire.bytes;
  } else if (const auto* started = get_event<ClientTransactionStarted>(record.event)) {
    if (started->destination.host.empty()) return;  // not sent before its name is resolved
    messages_[started->transaction] = {peer_at(started->destination), started->wire.bytes};
  } else if (const auto* aimed = get_event<ClientTransactionAimed>(record.event)) {
    messages_[aimed->transaction] = {peer_at(aimed->destination), aimed->wire.bytes};
  } else if (const auto* accept = get_event<AcceptSent>(record.event)) {
    accepts_[accept->dialog] = accept->transaction;
  }
}

std::optional<Teller::Sent> Teller::sent_by(const Event& event) const {
  const auto last_of = [this](TransactionId id) -> std::optional<Sent> {
    const auto it = messages_.find(id);
    if (it == messages_.end() || it->second.bytes.empty()) return std::nullopt;
    return it->second;
  };
  if (const auto* e = get_event<ResponseSent>(event)) return last_of(e->transaction);
  if (const auto* e = get_event<ClientTransactionStarted>(event)) return last_of(e->transaction);
  if (const auto* e = get_event<ClientTransactionAimed>(event)) return last_of(e->transaction);
  if (const auto* e = get_event<Resent>(event)) return last_of(e->transaction);
  if (const auto* e = get_event<AckSent>(event))
    return Sent{peer_at(e->destination), e->wire.bytes};
  if (const auto* e = get_event<AcceptResent>(event)) {
    const auto it = accepts_.find(e->dialog);
    if (it != accepts_.end()) return last_of(it->second);
  }
  return std::nullopt;
}

void Teller::tell(const Record& record) {
  learn(record);
  const Row row{.at = record.at, .track = track_of(record.event), .mark = mark_of(record.event)};
  if (const auto* datagram = get_event<DatagramReceived>(record.event)) {
    if (const auto known = in_.find(datagram->wire.bytes); known != in_.end()) {
      ladder_.rows[known->second].track = row.track;
      ladder_.rows[known->second].mark = row.mark;
      in_.erase(known);
      return;
    }
    add_message(row, peer_at(datagram->source), engine(), datagram->wire.bytes);
    return;
  }
  if (const auto sent = sent_by(record.event)) {
    add_message(row, engine(), sent->to, sent->bytes);
    out_.insert_or_assign(sent->bytes, ladder_.rows.size() - 1);
    return;
  }
  const std::string words = words_of(record.event, record.at);
  Row told = row;
  told.text = std::string{type_of(record.event)} + (words.empty() ? "" : "  " + words);
  if (const auto* refused = get_event<FrameRefused>(record.event)) {
    if (refused->found == Found::kNotFound) told.mark = Mark::kWrong;
  }
  add(told);
}

void Teller::tell(const sim::TraceEntry& entry) {
  const auto track = [&](LayerId layer, Mark mark, std::string text) {
    add({.at = entry.at, .track = layer, .mark = mark, .text = std::move(text)});
  };
  match(
      entry.what,
      [&](const sim::LookedUp& asked) {
        const bool wrong = asked.found == Found::kNotFound;
        track(track_of(asked.asker), wrong ? Mark::kWrong : Mark::kQuestion,
              fmt::format("{} asks for its call: {}", name(asked.asker),
                          wrong ? "call not found" : name(asked.found)));
      },
      [&](const sim::DatagramSent& sent) {
        const bool is_ours = sent.from == 0;
        const auto known = out_.find(sent.bytes);
        if (is_ours && known != out_.end()) {
          ladder_.rows[known->second].arrow->lost |= sent.lost;
          out_.erase(known);
          return;
        }
        Row& row = add_message({.at = entry.at}, column(sent.from), column(sent.to), sent.bytes);
        row.arrow->lost = sent.lost;
        if (sent.lost) row.text += ", lost";
        if (!sent.lost && !is_ours) in_.emplace(sent.bytes, ladder_.rows.size() - 1);
      },
      [&](const sim::DatagramArrived& arrived) {
        if (arrived.to != 0) return;  // it was drawn when it left
        if (in_.contains(arrived.bytes)) return;
        add_message({.at = entry.at}, column(arrived.from), engine(), arrived.bytes);
        in_.emplace(arrived.bytes, ladder_.rows.size() - 1);
      },
      [&](const sim::PortOpened&) { track(LayerId::kMedia, Mark::kReport, "port opened"); },
      [&](const sim::PortClosed&) { track(LayerId::kMedia, Mark::kReport, "port closed"); },
      [&](const sim::FrameSent&) { track(LayerId::kMedia, Mark::kReport, "audio frame sent"); },
      [&](const sim::FramePlayed&) { track(LayerId::kMedia, Mark::kReport, "audio frame played"); },
      [&](const sim::ClientTold& told) {
        const bool progress = told.notice.notice == NoticeKind::kProgress;
        track(LayerId::kClient, Mark::kFact,
              fmt::format("the UI is told {}",
                          progress ? name(told.notice.state) : name(told.notice.notice)));
      },
      [&](const sim::ClientAnswered& answered) {
        track(LayerId::kClient, Mark::kFact,
              fmt::format("the UI gets its answer: {}", name(answered.reply.result)));
      },
      [&](const sim::CommandAsked& asked) {
        track(LayerId::kClient, Mark::kReport,
              fmt::format("the UI asks: {}", name(asked.command.op)));
      },
      [&](const sim::Faulted& fault) {
        track(LayerId::kWorld, Mark::kNone, fmt::format("FAULT  {}", name(fault.what)));
      },
      [&](const sim::Recovered&) { track(LayerId::kWorld, Mark::kNone, "the engine runs again"); });
}

// The user part of the first SIP URI in a header: "bob" of "<sip:bob@10.0.0.2>;tag=1".
std::string user_in(std::string_view header) {
  const std::size_t scheme = header.find("sip:");
  if (scheme == header.npos) return {};
  header.remove_prefix(scheme + 4);
  const std::size_t end = header.find_first_of("@>;");
  return end == header.npos || header[end] != '@' ? std::string{}
                                                  : std::string{header.substr(0, end)};
}

struct Users {
  std::string caller, callee;
};

// Who calls whom, if this is an INVITE that says so.
std::optional<Users> users_of(std::string_view bytes) {
  const auto message = sip::parse(std::string{bytes});
  if (!message || !message->is_request() || message->method() != Method::kInvite) {
    return std::nullopt;
  }
  Users users{user_in(message->header(Header::kFrom).value_or("")),
              user_in(message->header(Header::kTo).value_or(""))};
  if (users.caller.empty() || users.callee.empty()) return std::nullopt;
  return users;
}

bool is_bookkeeping(const Event& event) {
  return std::ranges::find(kBookkeeping, type_of(event)) != kBookkeeping.end();
}

}  // namespace

Cast cast_of(const sim::RunResult& run) {
  Cast cast;
  std::map<std::string_view, std::size_t> senders;
  const auto meet = [&cast](std::size_t peer) {
    while (cast.peers.size() <= peer) {
      cast.peers.push_back(fmt::format("peer {}", cast.peers.size() + 1));
    }
  };
  for (const sim::TraceEntry& entry : run.trace) {
    const auto* arrived = std::get_if<sim::DatagramArrived>(&entry.what);
    if (arrived == nullptr) continue;
    const bool is_ours = arrived->from == 0;
    const std::size_t peer = (is_ours ? arrived->to : arrived->from) - 1U;
    const bool is_new = cast.peers.size() <= peer;
    meet(peer);
    if (!is_ours) senders.emplace(arrived->bytes, peer);
    if (const auto users = is_new ? users_of(arrived->bytes) : std::nullopt) {
      cast.peers[peer] = is_ours ? users->callee : users->caller;
      cast.engine = is_ours ? users->caller : users->callee;
    }
  }
  for (const Record& record : run.records) {
    const auto* datagram = get_event<DatagramReceived>(record.event);
    const auto sender = datagram ? senders.find(datagram->wire.bytes) : senders.end();
    if (sender != senders.end()) cast.addresses.emplace(datagram->source, sender->second);
  }
  return cast;
}

Cast cast_of(std::span<const Record> records) {
  Cast cast;
  const auto meet = [&](const Endpoint& at) {
    if (at.host.empty() || cast.addresses.contains(at)) return;
    if (cast.peers.size() < kPeersMax) cast.peers.push_back(to_text(at));
    cast.addresses.emplace(at, cast.peers.size() - 1);
  };
  for (const Record& record : records) {
    if (const auto* datagram = get_event<DatagramReceived>(record.event)) meet(datagram->source);
    const auto* started = get_event<ClientTransactionStarted>(record.event);
    if (started) meet(started->destination);
    const auto* aimed = get_event<ClientTransactionAimed>(record.event);
    if (aimed) meet(aimed->destination);
  }
  return cast;
}

Ladder ladder_of(std::span<const sim::StoryLine> story, const sim::Finding& finding,
                 const Cast& cast) {
  Teller teller{cast};
  for (const sim::StoryLine& line : story) {
    if (line.record) teller.tell(*line.record);
    if (line.entry) teller.tell(*line.entry);
  }
  teller.tell(finding);
  return teller.take();
}

Ladder ladder_of(std::span<const Record> records, std::span<const sim::Finding> findings,
                 const Cast& cast, Detail detail) {
  Teller teller{cast};
  for (const Record& record : records) {
    if (detail == Detail::kStory && is_bookkeeping(record.event))
      teller.learn(record);
    else
      teller.tell(record);
    for (const sim::Finding& finding : findings) {
      if (finding.at == record.pos) teller.tell(finding);
    }
  }
  return teller.take();
}

std::string draw(const sim::RunResult& run, const sim::Finding& finding, const LadderStyle& style) {
  const std::vector<sim::StoryLine> lines = sim::story(run, finding);
  return draw(ladder_of(lines, finding, cast_of(run)), style);
}

std::vector<Record> records_of(std::span<const Record> records, CallId call) {
  // Inputs without a call belong to the calls of what they caused.
  std::set<Position> roots;
  std::map<Position, const Record*> by_position;
  for (const Record& record : records) by_position.emplace(record.pos, &record);
  for (const Record& record : records) {
    if (call_of(record.event) != call) continue;
    for (const Record* each = &record; each != nullptr;) {
      if (!roots.insert(each->pos).second || each->cause == 0) break;
      const auto it = by_position.find(each->cause);
      each = it == by_position.end() ? nullptr : it->second;
    }
  }
  std::vector<Record> chosen;
  for (const Position pos : roots) chosen.push_back(*by_position.at(pos));
  return chosen;
}

}  // namespace lastcall::replay
