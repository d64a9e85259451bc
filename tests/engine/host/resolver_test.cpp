#include "engine/host/resolver.hpp"

#include "engine/model/limits.hpp"

#include <gtest/gtest.h>

namespace lastcall::host {
namespace {

using std::chrono::hours;

std::uint32_t zero(std::uint32_t) { return 0; }

// A resolver whose questions wait for the test's answers.
class ResolverTest : public testing::Test {
 protected:
  void resolve(const std::string& uri) {
    resolver.resolve(uri, [this](Resolver::Targets targets) { found.push_back(targets); });
  }
  void answer(Answer answer) {
    const auto answered = std::move(waiting.front());
    waiting.erase(waiting.begin());
    answered(std::move(answer));
  }

  std::vector<Question> asked;
  std::vector<Resolver::Answered> waiting;
  std::vector<Resolver::Targets> found;
  Resolver resolver{[this](const Question& question, Resolver::Answered answered) {
                      asked.push_back(question);
                      waiting.push_back(std::move(answered));
                    },
                    {.draw = zero}};
};

Endpoint at(const char* host) { return {host, 5080, Transport::kUdp}; }

TEST_F(ResolverTest, AnswersAtOnceWhatNeedsNoQuestion) {
  resolve("sip:bob@192.0.2.7:5080");
  EXPECT_EQ(found, std::vector<Resolver::Targets>{{at("192.0.2.7")}});
  EXPECT_TRUE(asked.empty());
}

TEST_F(ResolverTest, RemembersAnAnswerForAsLongAsItHolds) {
  resolve("sip:bob@example.com:5080");
  answer({.addresses = {"192.0.2.1"}, .ttl = hours{1}});
  resolve("sip:carol@example.com:5080");
  EXPECT_EQ(asked.size(), 1U);
  resolve("sip:bob@short.example:5080");
  answer({.addresses = {"192.0.2.2"}, .ttl = {}});
  resolve("sip:bob@short.example:5080");
  EXPECT_EQ(asked.size(), 3U) << "asked again: it held for no time";
  answer({.addresses = {"192.0.2.3"}});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[1], found[0]);
  EXPECT_EQ(found[3], Resolver::Targets{at("192.0.2.3")});
}

TEST_F(ResolverTest, RemembersThatThereIsNothingButNotThatNobodyAnswered) {
  resolve("sip:bob@nothing.example:5080");
  answer({});
  resolve("sip:bob@nothing.example:5080");
  EXPECT_EQ(asked.size(), 1U);
  resolve("sip:bob@silent.example:5080");
  answer({.failed = true});
  resolve("sip:bob@silent.example:5080");
  EXPECT_EQ(asked.size(), 3U);
}

TEST_F(ResolverTest, ForgetsTheAnswerThatEndsSoonestWhenItsMemoryIsFull) {
  for (std::size_t i = 0; i <= limits::kNamesCachedMax; ++i) {
    resolve("sip:bob@host" + std::to_string(i) + ".example:5080");
    answer({.addresses = {"192.0.2.1"}, .ttl = std::chrono::seconds{60 + i}});
  }
  const std::size_t before = asked.size();
  resolve("sip:bob@host1.example:5080");
  EXPECT_EQ(asked.size(), before);
  resolve("sip:bob@host0.example:5080");
  EXPECT_EQ(asked.size(), before + 1);
}

TEST_F(ResolverTest, RefusesMoreThanItMayAskAtATime) {
  for (std::size_t i = 0; i <= limits::kLookupsMax; ++i) {
    resolve("sip:bob@host" + std::to_string(i) + ".example:5080");
  }
  EXPECT_EQ(asked.size(), limits::kLookupsMax);
  EXPECT_EQ(found, std::vector<Resolver::Targets>{{}});
  EXPECT_EQ(resolver.refused(), 1U);
}

}  // namespace
}  // namespace lastcall::host
