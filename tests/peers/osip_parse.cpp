// lastcall-peer-osip ROUNDS FILE...: how long libosip2 takes to parse the message in each file. It
// prints one line for each: nanoseconds of CPU per message, without and with its session
// description. `lastcall bench parse` runs it; nothing of libosip2 is ever linked into lastcall.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>
#include <string>

namespace {

enum class Depth { kMessage, kWithSdp };

bool parse(const std::string& text, Depth depth) {
  osip_message_t* message = nullptr;
  osip_message_init(&message);
  bool fine = osip_message_parse(message, text.data(), text.size()) == OSIP_SUCCESS;
  osip_body_t* body = nullptr;
  if (fine && depth == Depth::kWithSdp && osip_message_get_body(message, 0, &body) >= 0) {
    sdp_message_t* sdp = nullptr;
    sdp_message_init(&sdp);
    fine = sdp_message_parse(sdp, body->body) == OSIP_SUCCESS;
    sdp_message_free(sdp);
  }
  osip_message_free(message);
  return fine;
}

// Nanoseconds of CPU per message; negative if it cannot be parsed.
double measure(const std::string& text, Depth depth, int rounds) {
  const std::clock_t begin = std::clock();
  for (int i = 0; i < rounds; ++i) {
    if (!parse(text, depth)) return -1;
  }
  const auto ticks = static_cast<double>(std::clock() - begin);
  return ticks / CLOCKS_PER_SEC / rounds * 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
  if (rounds <= 0) {
    std::fprintf(stderr, "usage: lastcall-peer-osip ROUNDS FILE...\n");
    return 2;
  }
  parser_init();
  for (int i = 2; i < argc; ++i) {
    std::ifstream file{argv[i], std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const double message = measure(text, Depth::kMessage, rounds);
    const double with_sdp = measure(text, Depth::kWithSdp, rounds);
    if (message < 0 || with_sdp < 0) {
      std::fprintf(stderr, "lastcall-peer-osip: libosip2 does not accept %s\n", argv[i]);
      return 1;
    }
    std::printf("%.1f %.1f\n", message, with_sdp);
  }
  return 0;
}
