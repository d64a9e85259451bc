#include "engine/core/transaction_client.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/transaction_send.hpp"
#include "engine/sip/again.hpp"
#include "engine/sip/delta.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <span>

namespace lastcall::core {
namespace {

using State = TransactionLayer::State;

// RFC 3261 18.1.1: what may not fit into one packet goes over TCP, and over UDP if that is refused.
std::vector<Endpoint> routes_to(std::span<const Endpoint> targets, std::size_t bytes) {
  std::vector<Endpoint> routes;
  for (const Endpoint& target : targets.first(std::min(targets.size(), limits::kTargetsMax))) {
    const bool large = bytes > limits::kUdpRequestBytesMax && target.transport == Transport::kUdp;
    if (large) routes.push_back({target.host, target.port, Transport::kTcp});
    routes.push_back(target);
  }
  return routes;
}

// The request as it travels to this target: its top Via names the transport, and our address there.
// Who asks for it composes it for UDP.
std::string addressed_to(const Endpoint& target, std::string wire, const Config& config) {
  if (target.transport == Transport::kUdp) return wire;
  const auto request = sip::parse(wire);
  if (!request) return wire;  // what the peer made us copy is too long to be read again
  return sip::again(*request, {.sent_by = contact_at(config, target.transport)});
}

// The name that the other side's certificate must show: the host of the URI that was to be reached
// (RFC 5922 7.2).
std::string server_of(const SendRequest& mail) {
  const auto uri = sip::parse_uri(mail.next_hop);
  return uri ? std::string{uri->host} : std::string{};
}

// The numeric destination, given or written in the URI; nothing for a name.
std::optional<Endpoint> numeric_destination(const Endpoint& given, std::string_view next_hop) {
  if (!given.host.empty()) return given;
  const auto uri = sip::parse_uri(next_hop);
  return uri ? sip::endpoint_of(*uri) : std::nullopt;
}

std::optional<Instant> first_resend(const Endpoint& target, const Context& context) {
  if (is_reliable(target.transport)) return std::nullopt;
  return context.now + limits::kT1;
}

// Records and sends a request that knows where to.
void start(ClientTransactionStarted started, const Context& context, Outbox& out) {
  started.resend_at = first_resend(started.destination, context);
  started.gives_up_at = context.now + limits::k64T1;
  transmit(started.transaction, transaction_of(started), out);
  out.record(std::move(started));
}

void look_up(ClientTransactionStarted started, const std::string& name, const Context& context,
             Outbox& out) {
  started.gives_up_at = context.now + limits::k64T1;
  out.perform(started.call, Gate::kFree, Resolve{started.call, started.transaction, name});
  out.record(std::move(started));
}

void fail(TransactionId id, const Transaction& transaction, int status, Outbox& out) {
  out.record(TransactionEnded{id, transaction.call, TransactionEnd::kTransportFailed});
  tell_owner(transaction,
             RequestFailed{transaction.call, transaction.first, transaction.method, status,
                           transaction.wire},
             out);
}

// Whether the server there has asked to be left alone until later, by whatever transport.
bool is_avoided(const State& state, const Endpoint& server, Instant now) {
  return std::ranges::any_of(state.avoided, [&](const Avoided& each) {
    return each.until > now && each.server.host == server.host && each.server.port == server.port;
  });
}

// Live dialogs are not touched: their server keeps what it has taken on.
bool is_outside_dialogs(const std::string& wire) {
  const auto request = sip::parse(wire);
  return request && request->to_tag().empty();
}

void transmit_ack(const SendAck& mail, const Endpoint& destination, const Context& context,
                  Outbox& out) {
  // Nothing tells whether an ACK came through, so that a large one has no second try by UDP.
  const Endpoint target = routes_to(std::span{&destination, 1}, mail.ack.size()).front();
  out.perform(mail.call, Gate::kFree,
              Transmit{.destination = target,
                       .local = mail.local,
                       .transaction = {},
                       .wire = {addressed_to(target, mail.ack, context.config)}});
}

}  // namespace

void avoid(const Endpoint& server, const SipMessage& unavailable, const Context& context,
           Outbox& out) {
  const auto value = unavailable.header(Header::kRetryAfter);
  const auto retry = value ? sip::parse_retry_after(*value) : std::unexpected(sip::ParseError{});
  if (!retry || retry->delay <= Duration{}) return;  // without it a 503 is as good as a 500
  const Duration length = std::min<Duration>(retry->delay, limits::kAvoidedLongest);
  out.record(ServerAvoided{server, context.now + length});
}

void send_request(const State& state, const SendRequest& mail, const Context& context,
                  Outbox& out) {
  ClientTransactionStarted started{.transaction = mail.transaction,
                                   .first = mail.transaction,
                                   .call = mail.call,
                                   .owner = mail.owner,
                                   .method = mail.method,
                                   .server = server_of(mail),
                                   .local = mail.local,
                                   .wire = {mail.request}};
  const auto destination = numeric_destination(mail.destination, mail.next_hop);
  if (!destination) return look_up(std::move(started), mail.next_hop, context, out);
  if (is_avoided(state, *destination, context.now) && is_outside_dialogs(mail.request)) {
    return out.send(addressed_to(
        mail.owner, RequestFailed{mail.call, mail.transaction, mail.method, 503, mail.request}));
  }
  std::vector<Endpoint> routes = routes_to(std::span{&*destination, 1}, mail.request.size());
  started.destination = routes.front();
  started.targets.assign(routes.begin() + 1, routes.end());
  started.wire.bytes = addressed_to(routes.front(), mail.request, context.config);
  start(std::move(started), context, out);
}

void send_ack(const State& state, const SendAck& mail, const Context& context, Outbox& out) {
  if (const auto destination = numeric_destination(mail.destination, mail.next_hop)) {
    return transmit_ack(mail, *destination, context, out);
  }
  const auto ack = sip::parse(mail.ack);
  if (!ack) return;  // what the peer made us copy is too long to be read again
  const TransactionId id = context.draws.client_transaction(ack->via().branch, Method::kAck);
  if (state.live.contains(id)) return;  // its name is being looked up for the first copy
  look_up({.transaction = id,
           .first = id,
           .call = mail.call,
           .method = Method::kAck,
           .local = mail.local,
           .wire = {mail.ack}},
          mail.next_hop, context, out);
}

void aim(const State& state, const TargetsResolved& resolved, const Context& context, Outbox& out) {
  const TransactionId id = resolved.transaction;
  const Transaction* known = state.live.find(id);
  if (known == nullptr || known->phase != TransactionPhase::kResolving) return;
  std::vector<Endpoint> targets = resolved.targets;
  if (is_outside_dialogs(known->wire)) {
    std::erase_if(targets,
                  [&](const Endpoint& each) { return is_avoided(state, each, context.now); });
  }
  if (targets.empty()) return fail(id, *known, 503, out);
  if (known->method == Method::kAck) {
    out.record(TransactionEnded{id, known->call, TransactionEnd::kLingered});
    return transmit_ack({known->call, {}, known->local, known->wire}, targets.front(), context,
                        out);
  }
  const std::vector<Endpoint> routes = routes_to(targets, known->wire.size());
  Transaction aimed = *known;
  aimed.peer = routes.front();
  aimed.wire = addressed_to(routes.front(), known->wire, context.config);
  transmit(id, aimed, out);
  out.record(ClientTransactionAimed{.transaction = id,
                                    .call = known->call,
                                    .destination = routes.front(),
                                    .targets = {routes.begin() + 1, routes.end()},
                                    .resend_at = first_resend(routes.front(), context),
                                    .wire = {aimed.wire}});
}

void send_cancel(const State& state, const SendCancel& mail, const Context& context, Outbox& out) {
  const TransactionId id = state.attempt_id(mail.invite);
  const Transaction* invite = state.live.find(id);
  if (invite == nullptr || invite->phase > TransactionPhase::kProceeding) return;
  if (invite->phase == TransactionPhase::kResolving) return fail(id, *invite, 503, out);
  if (invite->phase == TransactionPhase::kTrying) {
    out.record(CancelDeferred{id, invite->call});
    return;
  }
  send_cancel({id, *invite, mail.lines}, context, out);
}

namespace {

std::string cancel_text(const SipMessage& invite, std::string_view lines) {
  std::string text = sip::cancel_for(invite);
  if (lines.empty()) return text;
  const auto cancel = sip::parse(text);
  return cancel ? sip::again(*cancel, {.lines = lines}) : text;
}

}  // namespace

void send_cancel(const Cancellation& cancellation, const Context& context, Outbox& out) {
  const auto& [id, invite, lines] = cancellation;
  const auto request = sip::parse(invite.wire);
  if (!request) return;  // what the peer made us copy is too long to be read again
  const TransactionId cancel =
      context.draws.client_transaction(request->via().branch, Method::kCancel);
  // RFC 3261 9.1, RFC 3263 4.4: to where its INVITE went, and nowhere else.
  start({.transaction = cancel,
         .first = cancel,
         .call = invite.call,
         .owner = invite.owner,
         .method = Method::kCancel,
         .destination = invite.peer,
         .server = invite.server,
         .local = invite.local,
         .wire = {cancel_text(*request, lines)}},
        context, out);
  out.record(CancelSent{id, invite.call, context.now + limits::k64T1});
}

void await_final(const State& state, const AwaitFinal& mail, const Context& context, Outbox& out) {
  const TransactionId id = state.attempt_id(mail.invite);
  const Transaction* invite = state.live.find(id);
  if (invite == nullptr || invite->phase > TransactionPhase::kProceeding) return;
  if (invite->phase == TransactionPhase::kResolving) return fail(id, *invite, 503, out);
  out.record(FinalAwaited{id, invite->call, context.now + limits::k64T1});
}

bool try_next_target(TransactionId id, const Transaction& failed, AttemptFailure failure,
                     const Context& context, Outbox& out) {
  const auto may_serve = [&](const Endpoint& target) {
    return failure == AttemptFailure::kTransport || target.host != failed.peer.host ||
           target.port != failed.peer.port;
  };
  const auto next = std::ranges::find_if(failed.targets, may_serve);
  const auto request = sip::parse(failed.wire);
  if (next == failed.targets.end() || !request) return false;
  const std::string branch = context.draws.next_branch(id);
  start({.transaction = context.draws.client_transaction(branch, failed.method),
         .first = failed.first,
         .call = failed.call,
         .owner = failed.owner,
         .method = failed.method,
         .destination = *next,
         .targets = {next + 1, failed.targets.end()},
         .server = failed.server,
         .local = failed.local,
         .wire = {sip::again(*request, {.branch = branch,
                                        .sent_by = contact_at(context.config, next->transport)})}},
        context, out);
  return true;
}

}  // namespace lastcall::core
