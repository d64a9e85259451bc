#include "engine/model/mail.hpp"

namespace lastcall {
inline namespace model {
namespace {

template <class Cleanup>
Mail addressed_cleanup(CleanupLayer layer, Cleanup cleanup) {
  switch (layer) {
    case CleanupLayer::kDialog:
      return ToDialog{cleanup};
    case CleanupLayer::kMedia:
      return ToMedia{cleanup};
    case CleanupLayer::kClient:
      break;
  }
  return ToClient{cleanup};
}

}  // namespace

CallId call_of(const Mail& mail) {
  return std::visit(
      [](const auto& to_layer) {
        return std::visit(
            [](const auto& each) -> CallId {
              if constexpr (requires { each.call; }) {
                return each.call;
              } else {
                return {};
              }
            },
            to_layer);
      },
      mail);
}

Mail addressed(CleanupLayer layer, BeginCleanup cleanup) {
  return addressed_cleanup(layer, cleanup);
}
Mail addressed(CleanupLayer layer, AbortCleanup cleanup) {
  return addressed_cleanup(layer, cleanup);
}

Mail addressed(Input input) {
  return match(
      std::move(input), [](DatagramReceived&& m) -> Mail { return ToTransaction{std::move(m)}; },
      [](TransmitFailed&& m) -> Mail { return ToTransaction{m}; },
      [](TargetsResolved&& m) -> Mail { return ToTransaction{std::move(m)}; },
      [](RequestSigned&& m) -> Mail { return addressed_to(m.layer, std::move(m)); },
      [](CredentialsJudged&& m) -> Mail { return ToDialog{m}; },
      [](StreamStarted&& m) -> Mail { return ToMedia{std::move(m)}; },
      [](StreamFailed&& m) -> Mail { return ToMedia{m}; },
      [](StreamStopped&& m) -> Mail { return ToMedia{m}; },
      [](FrameRefused&& m) -> Mail { return ToMedia{m}; },
      [](HolderAttached&& m) -> Mail { return ToMedia{m}; },
      [](HolderReleased&& m) -> Mail { return ToMedia{m}; },
      [](CommandGiven&& m) -> Mail { return ToClient{std::move(m)}; },
      [](NoticeTaken&& m) -> Mail { return ToClient{m}; },
      [](DeadlineDue&& m) -> Mail { return addressed_to(m.layer, m); });
}

LayerId receiver_of(const Input& input) {
  return match(
      input, [](const DatagramReceived&) { return LayerId::kTransaction; },
      [](const TransmitFailed&) { return LayerId::kTransaction; },
      [](const TargetsResolved&) { return LayerId::kTransaction; },
      [](const RequestSigned& m) { return m.layer; },
      [](const CredentialsJudged&) { return LayerId::kDialog; },
      [](const CommandGiven&) { return LayerId::kClient; },
      [](const NoticeTaken&) { return LayerId::kClient; },
      [](const DeadlineDue& due) { return due.layer; },
      [](const auto&) { return LayerId::kMedia; });
}

}  // namespace model
}  // namespace lastcall
