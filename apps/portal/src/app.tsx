import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import ConfigProvider from 'antd/es/config-provider';
import { Suspense, lazy } from 'react';
import { I18nextProvider } from 'react-i18next';
import { BrowserRouter, Route, Routes } from 'react-router';
import { isProblem } from './api/client.ts';
import { i18n } from './i18n/index.ts';
import { HomePage } from './pages/public/home.tsx';
import { LotPage } from './pages/public/lot.tsx';
import { LotNotice } from './pages/public/lot-notice.tsx';
import { NoticesPage } from './pages/public/notices.tsx';
import { NotFoundPage } from './pages/public/not-found.tsx';
import { theme } from './theme.ts';
import { UnlockDialog } from './session/unlock-dialog.tsx';
import { Layout } from './ui/layout.tsx';
import { Loading } from './ui/states.tsx';

const HallPage = lazy(() => import('./pages/hall/hall.tsx'));
const LotOpening = lazy(() => import('./pages/public/lot-opening.tsx'));
const LotResult = lazy(() => import('./pages/public/lot-result.tsx'));
const AgencyDesk = lazy(() => import('./pages/agency/desk.tsx'));
const DeadlinePage = lazy(() => import('./pages/agency/deadline.tsx'));
const SignInPage = lazy(() => import('./pages/account/sign-in.tsx'));
const BidsPage = lazy(() => import('./pages/bidder/bids.tsx'));
const BidPage = lazy(() => import('./pages/bidder/bid.tsx'));
const GuidePage = lazy(() => import('./pages/guide/guide.tsx'));
const LogPage = lazy(() => import('./pages/public/log-head.tsx'));
const BoardPage = lazy(() => import('./pages/regulator/board.tsx'));
const SupervisedLotPage = lazy(() => import('./pages/regulator/lot.tsx'));
const OperationsPage = lazy(() => import('./pages/operator/operations.tsx'));
const TrusteePage = lazy(() => import('./pages/trustee/desk.tsx'));
const TrusteeLotPage = lazy(() => import('./pages/trustee/lot.tsx'));
const VerifyPage = lazy(() => import('./pages/public/verify.tsx'));

/** A refusal does not change by asking again; a platform that is away may be back. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && !(isProblem(error) && error.status < 500),
    },
  },
});

/** Of this answer: without it the browser refuses the style elements that Ant Design writes. */
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

export function App() {
  return (
    <I18nextProvider i18n={i18n}>
      <ConfigProvider
        theme={theme}
        csp={{ nonce }}
        button={{ autoInsertSpace: false }}
        wave={{ disabled: true }}
      >
        <QueryClientProvider client={queries}>
          <BrowserRouter>
            <Layout>
              <Suspense fallback={<Loading />}>
                <Routes>
                  <Route path="/" element={<HomePage />} />
                  <Route path="/notices" element={<NoticesPage />} />
                  <Route path="/lots/:lotId/hall" element={<HallPage />} />
                  <Route path="/lots/:lotId" element={<LotPage />}>
                    <Route index element={<LotNotice />} />
                    <Route path="opening" element={<LotOpening />} />
                    <Route path="result" element={<LotResult />} />
                    <Route path="bid" element={<BidPage />} />
                  </Route>
                  <Route path="/bids" element={<BidsPage />} />
                  <Route path="/lots/:lotId/deadline" element={<DeadlinePage />} />
                  <Route path="/agency/*" element={<AgencyDesk />} />
                  <Route path="/log-head" element={<LogPage />} />
                  <Route path="/supervision" element={<BoardPage />} />
                  <Route path="/supervision/lots/:lotId" element={<SupervisedLotPage />} />
                  <Route path="/operations" element={<OperationsPage />} />
                  <Route path="/trustee" element={<TrusteePage />} />
                  <Route path="/trustee/lots/:lotId" element={<TrusteeLotPage />} />
                  <Route path="/verify" element={<VerifyPage />} />
                  <Route path="/sign-in" element={<SignInPage />} />
                  <Route path="/guide" element={<GuidePage />} />
                  <Route path="*" element={<NotFoundPage />} />
                </Routes>
              </Suspense>
              <UnlockDialog />
            </Layout>
          </BrowserRouter>
        </QueryClientProvider>
      </ConfigProvider>
    </I18nextProvider>
  );
}
