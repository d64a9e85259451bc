#include "engine/core/registration_send.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/challenges.hpp"
#include "engine/sip/write.hpp"

#include <utility>

namespace lastcall::core {
namespace {

struct Written {
  Op op = Op::kRegister;
  std::uint32_t cseq = 0;
  std::string_view target;
  std::uint32_t expires = 0;
  std::string_view lines = {};
};

std::string branch_of(const RegistrationContext& at, std::uint32_t cseq) {
  return at.context.draws.branch(at.call, {}, Method::kRegister, cseq);
}

std::string compose(const RegistrationContext& at, const Written& written) {
  const Config& config = at.context.config;
  const std::string& aor = at.registration.aor;
  const std::uint32_t expires = written.op == Op::kRegister ? written.expires : 0;
  sip::Writer writer{Method::kRegister, written.target};
  writer.via(local_towards(config, written.target), branch_of(at, written.cseq))
      .max_forwards(70)
      .lines(route_line(config))
      .header(Header::kFrom, "<" + aor + ">;tag=" + at.context.draws.local_tag(at.call))
      .header(Header::kTo, "<" + aor + ">")
      .header(Header::kCallId, at.context.draws.sip_call_id(at.call))
      .cseq(written.cseq)
      .header(Header::kContact, "<" + binding_for(config, aor, written.target) +
                                    ">;expires=" + std::to_string(expires))
      .lines(written.lines);
  return std::move(writer).finish({}, {});
}

void send(const RegistrationContext& at, TransactionId transaction, const Written& written) {
  const std::string hop = first_hop(at.context.config, written.target);
  at.out.send(ToTransaction{SendRequest{.call = at.call,
                                        .transaction = transaction,
                                        .method = Method::kRegister,
                                        .destination = numeric_endpoint(hop),
                                        .local = {},
                                        .request = compose(at, written),
                                        .next_hop = hop,
                                        .owner = LayerId::kRegistration}});
}

}  // namespace

void begin_register(const RegistrationContext& at, const NextRegister& next) {
  const std::uint32_t cseq = at.registration.cseq + 1;
  const TransactionId transaction =
      at.context.draws.client_transaction(branch_of(at, cseq), Method::kRegister);
  RegisterBegun begun{.call = at.call,
                      .transaction = transaction,
                      .op = next.op,
                      .cseq = cseq,
                      .target = next.target,
                      .expires = next.expires,
                      .tries = next.tries,
                      .challenges = used_again(next.challenges, transaction, at.context.draws)};
  if (begun.challenges.empty()) {
    send(at, transaction,
         {.op = next.op, .cseq = cseq, .target = next.target, .expires = next.expires});
  } else {
    begun.sign_by = at.context.now + limits::k64T1;
    at.out.perform(at.call, Gate::kDurable,
                   SignRequest{.layer = LayerId::kRegistration,
                               .call = at.call,
                               .transaction = transaction,
                               .challenges = begun.challenges,
                               .method = std::string{name(Method::kRegister)},
                               .uri = next.target,
                               .body = {},
                               .aor = at.registration.aor});
  }
  at.out.record(std::move(begun));
}

void send_signed(const RegistrationContext& at, std::string_view lines) {
  const RegisterAttempt& attempt = *at.registration.attempt;
  at.out.record(RegisterSigned{at.call, attempt.transaction});
  send(at, attempt.transaction,
       {.op = attempt.op,
        .cseq = attempt.cseq,
        .target = attempt.targets.back(),
        .expires = at.registration.expires,
        .lines = lines});
}

}  // namespace lastcall::core
