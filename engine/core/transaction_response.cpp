#include "engine/core/addresses.hpp"
#include "engine/core/transaction_client.hpp"
#include "engine/core/transaction_receive.hpp"
#include "engine/core/transaction_send.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

namespace lastcall::core {
namespace {

// A response on its way to the client transaction it belongs to.
struct Answer {
  const Arrival& at;
  TransactionId id;
  const Transaction& transaction;
};

void acknowledge_failure(const Answer& in, const SipMessage& response) {
  const Transaction& invite = in.transaction;
  const auto request = sip::parse(invite.wire);
  if (!request) return;  // what the peer made us copy is too long to be read again
  const bool tls = invite.peer.transport == Transport::kTls;
  in.at.out.perform(invite.call, Gate::kFree,
                    Transmit{.destination = invite.peer,
                             .local = invite.local,
                             .transaction = {},
                             .wire = {sip::ack_for_failure(*request, response)},
                             .server = tls ? invite.server : std::string{}});
}

// The answer for whoever asked; a refusal comes with the request, to be mended and sent again. A
// server that cannot serve is no answer while there is another one (RFC 3263 4.3).
void pass_on(const Answer& in, SipMessage response) {
  const Transaction& transaction = in.transaction;
  const int status = response.status();
  if (status == 503) avoid(transaction.peer, response, in.at.context, in.at.out);
  if (status == 503 &&
      try_next_target(in.id, transaction, AttemptFailure::kRefused, in.at.context, in.at.out)) {
    return;
  }
  tell_owner(transaction,
             ResponseReceived{transaction.call, transaction.first, std::move(response),
                              status >= 300 ? transaction.wire : std::string{}},
             in.at.out);
}

// Whether the request came to the other side from another address than it left ours with.
bool crossed_nat(const Via& via) {
  const std::uint16_t sent = via.port.value_or(5060);
  const std::uint16_t seen = via.rport.value_or(0);  // 0: who answers knows no rport
  return (seen != 0 && seen != sent) ||
         (!via.received.empty() && !sip::is_same_host(via.received, via.host));
}

// When an INVITE that rings goes again: never, but for the binding of a NAT (RFC 3581 3).
std::optional<Instant> repeat_for_binding(const Answer& in, const SipMessage& response) {
  const bool bound = in.transaction.peer.transport == Transport::kUdp;
  if (!bound || !crossed_nat(response.via())) return std::nullopt;
  return in.at.context.now + kBindingInterval;
}

// RFC 3261 17.1.1.2 with RFC 6026 7.2: the INVITE client transaction.
void receive_invite_response(const Answer& in, SipMessage response) {
  const Arrival& at = in.at;
  const Transaction& invite = in.transaction;
  const int status = response.status();
  const bool pending = invite.phase <= TransactionPhase::kProceeding;
  if (status >= 300 && (pending || invite.phase == TransactionPhase::kCompleted)) {
    acknowledge_failure(in, response);
  }
  if (status < 200) {
    if (!pending) return;
    if (invite.phase == TransactionPhase::kTrying) {
      at.out.record(
          ProvisionalReceived{in.id, invite.call, status, repeat_for_binding(in, response)});
      if (invite.cancelling) send_cancel({in.id, invite}, at.context, at.out);
    }
  } else if (pending) {
    // Timer D, or M, which runs whatever the transport.
    const Duration linger =
        status < 300 ? limits::k64T1 : linger_over(invite.peer.transport, limits::k64T1);
    at.out.record(FinalReceived{in.id, invite.call, status, at.context.now + linger});
  } else if (status >= 300 || invite.phase != TransactionPhase::kAccepted) {
    return;  // a repeat; only a 2xx goes to the dialog each time
  }
  pass_on(in, std::move(response));
}

// RFC 3261 17.1.2.2: the non-INVITE client transaction.
void receive_other_response(const Answer& in, SipMessage response) {
  const Transaction& transaction = in.transaction;
  const int status = response.status();
  if (transaction.phase > TransactionPhase::kProceeding) return;
  if (status >= 200) {
    const Duration linger = linger_over(transaction.peer.transport, limits::kT4);  // Timer K
    in.at.out.record(FinalReceived{in.id, transaction.call, status, in.at.context.now + linger});
  } else if (transaction.phase == TransactionPhase::kTrying) {
    // Timer E goes on as it was set; it is T2 from the next repeat on.
    in.at.out.record(ProvisionalReceived{in.id, transaction.call, status, transaction.resend_at});
  }
  pass_on(in, std::move(response));
}

}  // namespace

void receive_response(const Arrival& at, SipMessage response) {
  // RFC 3261 18.1.2, 8.1.3.3: it went astray, or was made up.
  if (response.via_count() != 1 || !is_own_sent_by(at.context.config, response.via())) {
    return drop(at, DropReason::kForeignResponse, "a response whose Via is not ours alone");
  }
  const TransactionId id =
      at.context.draws.client_transaction(response.via().branch, response.method());
  const Transaction* transaction = at.state.live.find(id);
  if (transaction == nullptr || transaction->phase == TransactionPhase::kResolving) {
    // RFC 6026 7.2: never given to the core.
    return drop(at, DropReason::kStrayResponse, "a response to no request of ours");
  }
  const Answer in{at, id, *transaction};
  if (transaction->method == Method::kInvite) {
    receive_invite_response(in, std::move(response));
  } else {
    receive_other_response(in, std::move(response));
  }
}

}  // namespace lastcall::core
