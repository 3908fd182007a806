#include "coordinator/edge/qsh.h"

#include "gtest/gtest.h"

namespace realm::edge {
namespace {

struct Vector {
  const char* method;
  const char* path;
  const char* query;
  const char* base_path;
  const char* canonical;
  const char* hash;
};

// Computed with the platform's own JavaScript library, atlassian-jwt 2.0.3.
constexpr Vector kVectors[] = {
    {"POST", "/connect/dare/schedule", "", "/connect", "POST&/dare/schedule&",
     "5c75952c09847d1d3e6308c87a008b51f801e8125765de70a495a6e9ba380151"},
    {"POST", "/connect/dare/start", "", "/connect", "POST&/dare/start&",
     "7824a515e02d57ec371bd93b8b3bc4521dc2ee6f708bc380b04ecb0f1f676e3b"},
    {"GET", "/connect/dare/status", "", "/connect", "GET&/dare/status&",
     "d210f11bc06e4a4d9fec9cc1565d6d62c464eedff59a64e6d6ac794c7b188394"},
    {"GET", "/connect/dare/status", "migrationId=57500", "/connect",
     "GET&/dare/status&migrationId=57500",
     "d1944265830fc94fe576c72989d6e486c86d7133df538bef017115484a14bd72"},
    {"POST", "/connect/dare/commit", "", "/connect", "POST&/dare/commit&",
     "99ebc088d288afa65aeb185cccaab32d0e3eb22f8178186eeeef478f56aacce2"},
    {"POST", "/connect/dare/rollback", "", "/connect", "POST&/dare/rollback&",
     "3ead437652384bf320f095b753ecefe38e84a2fc27012dfbc98a74ec437f790a"},
    {"POST", "/connect/installed", "", "/connect", "POST&/installed&",
     "4a2e1de8ca74e6cafe8862d332fa3ac7a8e51e692bc6d798ea4dfedc14948bf4"},
    {"GET", "/path/to/service",
     "zee_last=param&repeated=parameter 1&first=param&repeated=parameter 2&jwt=ABC", "",
     "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param",
     "e52bb281606c3bd9ca16cfe96fe2df78f5d9ffa126f06befd750dfa10fa1a897"},
    {"GET", "/rest/api/2/project&a=b", "x=y", "", "GET&/rest/api/2/project%26a=b&x=y",
     "eb335967e5d70cd1ba18f54b0b8338577ce20eeb331cbdcd2b6d12737cdc51cb"},
    {"GET", "/a", "k=a*b~c!d'e(f)+g&K=1&_=%C3%A9", "",
     "GET&/a&K=1&_=%C3%A9&k=a%2Ab~c%21d%27e%28f%29%20g",
     "39820005db852a0131ca7d3384b385e9139aa166a3248452e5a77dfe8f6f404c"},
    {"GET", "/connect", "", "/connect", "GET&/&",
     "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"},
};

TEST(QshTest, AgreesWithThePlatformsLibrary) {
  for (const Vector& v : kVectors) {
    EXPECT_EQ(CanonicalRequest(v.method, v.path, v.query, v.base_path), v.canonical);
    EXPECT_EQ(QueryStringHash(v.method, v.path, v.query, v.base_path), v.hash) << v.canonical;
  }
}

TEST(QshTest, TheBasePathIsCutOnASegmentBoundaryOnly) {
  EXPECT_EQ(CanonicalRequest("GET", "/connect/x", "", "/con"), "GET&/connect/x&");
  EXPECT_EQ(CanonicalRequest("GET", "/con/x", "", "/con"), "GET&/x&");
  EXPECT_EQ(CanonicalRequest("GET", "/con/x", "", "/con/"), "GET&/x&");
  EXPECT_EQ(CanonicalRequest("GET", "/other/con/x", "", "/con"), "GET&/other/con/x&");
}

TEST(QshTest, TheMethodIsUpperCase) {
  EXPECT_EQ(CanonicalRequest("post", "/a", "", ""), "POST&/a&");
}

TEST(QshTest, SlashesAtTheEndGoAndInTheMiddleStay) {
  EXPECT_EQ(CanonicalRequest("GET", "/a/", "", ""), "GET&/a&");
  EXPECT_EQ(CanonicalRequest("GET", "/a//b", "", ""), "GET&/a//b&");
  EXPECT_EQ(CanonicalRequest("GET", "", "", ""), "GET&/&");
  EXPECT_EQ(CanonicalRequest("GET", "/", "", ""), "GET&/&");
}

TEST(QshTest, RepeatedValuesAreSortedAsStrings) {
  EXPECT_EQ(CanonicalRequest("GET", "/a", "n=10&n=2&n=1", ""), "GET&/a&n=1,10,2");
}

TEST(QshTest, OddQueriesAreReadAsThePlatformReadsThem) {
  EXPECT_EQ(CanonicalRequest("GET", "/a", "x&&y=", ""), "GET&/a&x=&y=");
  EXPECT_EQ(CanonicalRequest("GET", "/a", "x=a=b", ""), "GET&/a&x=a%3Db");
  EXPECT_EQ(CanonicalRequest("GET", "/a", "x=%zz&y=%4", ""), "GET&/a&x=%25zz&y=%254");
  EXPECT_EQ(CanonicalRequest("GET", "/a", "JWT=1&jwt=2&j%77t=3", ""), "GET&/a&JWT=1");
}

}  // namespace
}  // namespace realm::edge
