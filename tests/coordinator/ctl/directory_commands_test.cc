#include "coordinator/ctl/directory_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(DirectoryTextTest, AnEntryInDoubtSaysSo) {
  v1::Tenant tenant;
  tenant.set_app_id("notes");
  tenant.set_tenant_id("acme");
  tenant.set_realm("US");
  tenant.set_epoch(4);
  tenant.set_writable(true);
  tenant.set_installed(true);
  EXPECT_THAT(TenantText(tenant, {}), Not(HasSubstr("doubt")));
  EXPECT_THAT(TenantsText({tenant}, {}), Not(HasSubstr("in doubt")));
  tenant.set_in_doubt(true);
  EXPECT_THAT(TenantText(tenant, {}), HasSubstr("US, epoch 4, in doubt since a restore"));
  EXPECT_THAT(TenantsText({tenant}, {}), HasSubstr("in doubt"));
  tenant.set_installed(false);
  EXPECT_THAT(TenantsText({tenant}, {}), HasSubstr("in doubt, not installed"));
}

}  // namespace
}  // namespace realm::ctl
