import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { RouterProvider } from "react-router";
import { createQueryClient } from "@/lib/api";
import { Toaster } from "@/ui/toast";
import { TooltipProvider } from "@/ui/tooltip";
import { createRouter } from "./router";
import { SessionKeeper } from "./session-keeper";

/** Everything: server data, tooltips, the routes, and what lies over them. */
export function App() {
  const [queryClient] = useState(createQueryClient);
  const [router] = useState(createRouter);
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <SessionKeeper />
      </TooltipProvider>
      <Toaster />
    </QueryClientProvider>
  );
}
