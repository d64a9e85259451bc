// The bugs of BUGZOO that have no mutant, and why.

#include "sim/mutants/mutants.hpp"

#include <array>

namespace lastcall::sim {

std::span<const Unplanted> unplanted() {
  static constexpr std::array kAll{
      Unplanted{"Z-09", "a send that fails is reported inside the send",
                "an order leaves after its turn; no function of a layer sees it fail"},
      Unplanted{"Z-37", "a call to ourselves: one Call-ID, two roles",
                "the simulated network has no proxy that leads a call back to its engine"},
      Unplanted{"Z-57", "a hangup inside a media callback frees the stream under it",
                "media calls nobody back: what a frame causes is mail"},
      Unplanted{"Z-69", "reading a call waits for its end",
                "reads never enter a layer: they are answered from the directory"},
  };
  return kAll;
}

}  // namespace lastcall::sim
