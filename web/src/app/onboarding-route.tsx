import { OnboardingPage } from "@/features/onboarding/onboarding-page";
import { ProviderChoice } from "@/features/settings/models/provider-choice";
import { ProviderForm } from "@/features/settings/models/provider-form";

/** Onboarding with the settings feature's way to connect a provider: features don't know each other, the app does. */
export function OnboardingRoute() {
  return <OnboardingPage parts={{ ProviderChoice, ProviderForm }} />;
}
