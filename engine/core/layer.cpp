#include "engine/core/layer.hpp"

namespace lastcall::core {

// Out of line: every layer would otherwise compile the copying of all events and all mail again.
Outbox::Outbox() = default;
Outbox::~Outbox() = default;
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&&) noexcept = default;
Outbox::Outbox(const Outbox&) = default;
Outbox& Outbox::operator=(const Outbox&) = default;

void Outbox::perform(CallId call, Gate gate, Output output) {
  outputs.push_back({call, gate, std::move(output)});
}

void Outbox::add(Event event) { events.push_back(std::move(event)); }
void Outbox::add(Mail piece) { mail.push_back(std::move(piece)); }

}  // namespace lastcall::core
