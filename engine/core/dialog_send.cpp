#include "engine/core/dialog_send.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

constexpr std::string_view kSdpType = "application/sdp";

std::string tagged(const std::string& uri, const std::string& tag) {
  return tag.empty() ? uri : uri + ";tag=" + tag;
}

std::string_view type_of_body(std::string_view body) {
  return body.empty() ? std::string_view{} : kSdpType;
}

// RFC 3261 12.2.1.1: loose routing; a strict first hop takes the place of the request URI.
struct Routing {
  std::string uri;
  std::vector<std::string> routes;
};

Routing routing_of(const Dialog& dialog) {
  if (dialog.routes.empty()) return {dialog.remote_target, {}};
  const auto first = sip::parse_name_addr(dialog.routes.front());
  const auto uri = first ? sip::parse_uri(first->uri) : std::unexpected(sip::ParseError{});
  const bool loose = !uri || sip::param(uri->params, "lr").has_value();
  if (loose) return {dialog.remote_target, dialog.routes};
  Routing strict{request_uri_of(first->uri), {dialog.routes.begin() + 1, dialog.routes.end()}};
  strict.routes.push_back("<" + dialog.remote_target + ">");
  return strict;
}

// RFC 3261 12.1.1 and the RFCs of the methods: these tell the peer where we are reached.
bool has_contact(Method method) {
  return method == Method::kInvite || method == Method::kUpdate || method == Method::kRefer ||
         method == Method::kNotify || method == Method::kSubscribe;
}

std::string compose_in_dialog(const LegContext& at, const Dialog& dialog, const Outgoing& outgoing,
                              std::uint32_t cseq) {
  const Method method = outgoing.method;
  const Routing routing = routing_of(dialog);
  const Config& config = at.context.config;
  const Transport by = dialog.destination.transport;  // an ACK goes out as it is written here
  sip::Writer writer{method, routing.uri};
  writer.via(contact_at(config, by), at.context.draws.branch(at.call, dialog.id, method, cseq))
      .max_forwards(70);
  for (const std::string& route : routing.routes) writer.header(Header::kRoute, route);
  writer.header(Header::kFrom, tagged(at.leg.local_uri, at.leg.local_tag))
      .header(Header::kTo, tagged(at.leg.remote_uri, dialog.remote_tag))
      .header(Header::kCallId, at.leg.sip_call_id)
      .cseq(cseq);
  if (has_contact(method)) {
    writer.header(Header::kContact, contact_in(at, dialog));
  }
  if (method == Method::kInvite || method == Method::kUpdate) {
    writer.lines(capability_lines()).lines(timer_lines(at.leg.timer, at.context.config));
  }
  writer.lines(outgoing.lines);
  return std::move(writer).finish(
      outgoing.body, outgoing.body.empty() ? std::string_view{} : outgoing.content_type);
}

// What helps whoever is refused: when to come back, or what did not fit.
std::string help_for(int status) {
  switch (status) {
    case 488:  // RFC 3261 13.3.1.3, 20.43
      return sip::header_line(Header::kWarning,
                              "305 lastcall \"No format of the offer can be used.\"");
    case 503:  // RFC 3261 21.5.4: without it a 503 would count as a 500
      return sip::header_line(Header::kRetryAfter, "10");
    default:
      return {};
  }
}

}  // namespace

std::string compose_invite(const LegStarted& leg, const Context& context, std::string_view target,
                           const Outgoing& outgoing) {
  sip::Writer writer{Method::kInvite, target};
  writer
      .via(contact_at(context.config, leg.remote.transport),
           context.draws.branch(leg.call, {}, Method::kInvite, leg.invite_cseq))
      .max_forwards(70)
      .lines(route_line(context.config))
      .header(Header::kFrom, tagged(leg.local_uri, leg.local_tag))
      .header(Header::kTo, leg.remote_uri)
      .header(Header::kCallId, leg.sip_call_id)
      .cseq(leg.invite_cseq)
      .header(Header::kContact, contact_for(context.config, leg.remote.transport, target))
      .lines(leg.offerless ? offerless_capability_lines() : capability_lines())
      .lines(timer_lines({}, context.config))
      .lines(outgoing.lines);
  return std::move(writer).finish(outgoing.body, type_of_body(outgoing.body));
}

TransactionId send_in_dialog(const LegContext& at, const Dialog& dialog, const Outgoing& outgoing) {
  const Method method = outgoing.method;
  const std::uint32_t cseq =
      at.context.draws.next_cseq(at.call, dialog.id, method, dialog.local_cseq);
  const std::string branch = at.context.draws.branch(at.call, dialog.id, method, cseq);
  const TransactionId transaction = at.context.draws.client_transaction(branch, method);
  at.out.record(RequestSent{at.call, dialog.id, transaction, method, cseq});
  at.out.send(
      ToTransaction{SendRequest{.call = at.call,
                                .transaction = transaction,
                                .method = method,
                                .destination = dialog.destination,
                                .local = at.leg.local,
                                .request = compose_in_dialog(at, dialog, outgoing, cseq),
                                .next_hop = next_hop_of(dialog.routes, dialog.remote_target)}});
  return transaction;
}

std::string contact_in(const LegContext& at, const Dialog& dialog) {
  return contact_for(at.context.config, dialog.destination.transport, dialog.remote_target);
}

void acknowledge(const LegContext& at, const Dialog& dialog, const Acknowledgement& ack) {
  const auto known = dialog.acks.find(ack.cseq);
  std::string text = known != dialog.acks.end()
                         ? known->second
                         : compose_in_dialog(at, dialog,
                                             {.method = Method::kAck,
                                              .lines = credentials_of(at.leg, ack.cseq),
                                              .body = ack.sdp},
                                             ack.cseq);
  if (known == dialog.acks.end()) {
    at.out.record(AckSent{.call = at.call,
                          .dialog = dialog.id,
                          .cseq = ack.cseq,
                          .remote_target = dialog.remote_target,
                          .routes = dialog.routes,
                          .destination = dialog.destination,
                          .wire = {text}});
  }
  at.out.send(ToTransaction{SendAck{at.call, dialog.destination, at.leg.local, std::move(text),
                                    next_hop_of(dialog.routes, dialog.remote_target)}});
}

void answer(const LegContext& at, TransactionId transaction, int status) {
  const std::string tag = status == 100 ? std::string{} : at.leg.local_tag;
  at.out.send(ToTransaction{Respond{at.call, transaction, status, tag, help_for(status), {}}});
}

void answer(const LegContext& at, TransactionId transaction, Rejection why) {
  at.out.send(ToTransaction{
      Respond{at.call, transaction, why.status, at.leg.local_tag, std::move(why.lines), {}}});
}

Rejection overlapping(const Draws& draws, TransactionId transaction) {
  const std::string wait = std::to_string(draws.retry_after(transaction));
  return {500, sip::header_line(Header::kRetryAfter, wait)};
}

void answer_forming_dialog(const LegContext& at, TransactionId transaction, const Forming& answer) {
  std::string lines;
  // RFC 3261 12.1.1: the answer that makes the dialog returns the peer's Record-Route.
  if (transaction == at.leg.invite && !at.leg.dialogs.empty()) {
    for (const std::string& route : at.leg.dialogs.front().routes) {
      lines += sip::header_line(Header::kRecordRoute, route);
    }
  }
  const std::string_view peer_uri =
      at.leg.dialogs.empty() ? std::string_view{} : at.leg.dialogs.front().remote_target;
  lines += sip::header_line(Header::kContact,
                            contact_for(at.context.config, at.leg.remote.transport, peer_uri));
  if (answer.status >= 200) lines += capability_lines();
  lines += answer.lines;
  at.out.send(ToTransaction{
      Respond{at.call, transaction, answer.status, at.leg.local_tag, lines, answer.sdp}});
}

void answer_stateless(const RequestReceived& request, int status, std::string headers,
                      const Context& context, Outbox& out) {
  out.send(ToTransaction{Respond{request.call,
                                 request.transaction,
                                 status,
                                 context.draws.response_tag(request.transaction),
                                 std::move(headers),
                                 {}}});
}

}  // namespace lastcall::core
